// For each online endpoint once, whenever it was made: without it Azure keeps no traffic log of it,
// and requests, errors and latencies are known from metrics alone. docs/deploy.md has the command.
@description('Azure Machine Learning workspace that is watched.')
param workspaceName string
@description('Online endpoint of that workspace.')
param endpointName string
@description('Log Analytics workspace that takes the logs: output LOG_ANALYTICS_RESOURCE_ID.')
param logsId string

resource workspace 'Microsoft.MachineLearningServices/workspaces@2024-10-01' existing = {
  name: workspaceName
}

resource endpoint 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-10-01' existing = {
  parent: workspace
  name: endpointName
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'driftgate'
  scope: endpoint
  properties: {
    workspaceId: logsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { category: 'AmlOnlineEndpointTrafficLog', enabled: true }
      { category: 'AmlOnlineEndpointConsoleLog', enabled: true }
      { category: 'AmlOnlineEndpointEventLog', enabled: true }
    ]
    metrics: [
      { category: 'AllMetrics', enabled: true }
    ]
  }
}
