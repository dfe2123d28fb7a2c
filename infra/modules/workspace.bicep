// In the resource group of the workspace: what the app may do there, and what the workspace logs.
@description('Azure Machine Learning workspace that is watched.')
param workspaceName string
@description('Part of every name that has to be unique.')
param suffix string
@description('Log Analytics workspace that takes the logs.')
param logsId string
@description('Principal of the identity that watches.')
param watcherPrincipalId string
@description('Principal of the identity that promotes.')
param promoterPrincipalId string
@description('Storage account of collected data in this group. Empty: none.')
param collectedDataAccount string
@description('Principal of the identity, attached to the workspace, that Spark jobs run as. Empty: no Spark job reads that storage account.')
param sparkPrincipalId string = ''
@description('Registry in this group. Empty: none.')
param registryName string

var reader = 'acdd72a7-3385-48ef-bd42-f606fba81ae7' // Reader: models, endpoints, deployments, jobs and data assets are read.
var monitoringReader = '43d0d8ad-25c7-4714-9337-8ba259a9fe05' // Monitoring Reader: metrics of endpoints and deployments are read.
var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1' // Storage Blob Data Reader: collected inputs and training data are read.
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor: a Spark job reads collected rows and writes their profile.
var registryUser = '1823dd4f-9b8c-4ab6-ab4e-7397a3684615' // AzureML Registry User: a promoted model is shared to the registry.

resource workspace 'Microsoft.MachineLearningServices/workspaces@2024-10-01' existing = {
  name: workspaceName
}

resource collected 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: empty(collectedDataAccount) ? 'none' : collectedDataAccount
}

resource registry 'Microsoft.MachineLearningServices/registries@2024-10-01' existing = {
  name: empty(registryName) ? 'none' : registryName
}

resource containerLogs 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(workspace.id, 'driftgate-logs', suffix)
  properties: {
    roleName: 'Driftgate container logs ${suffix}'
    description: 'Reads the container logs of deployments: an action, so Reader has it not.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [ 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/deployments/getLogs/action' ]
        notActions: []
      }
    ]
    assignableScopes: [ resourceGroup().id ]
  }
}

resource promotion 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(workspace.id, 'driftgate-promotion', suffix)
  properties: {
    roleName: 'Driftgate promotion ${suffix}'
    description: 'Moves traffic between deployments, tags models, starts registered retraining and Spark jobs that count rows.'
    type: 'CustomRole'
    permissions: [
      {
        actions: [
          'Microsoft.MachineLearningServices/workspaces/read'
          'Microsoft.MachineLearningServices/workspaces/*/read'
          'Microsoft.MachineLearningServices/workspaces/onlineEndpoints/write'
          'Microsoft.MachineLearningServices/workspaces/models/versions/write'
          'Microsoft.MachineLearningServices/workspaces/jobs/*'
          'Microsoft.MachineLearningServices/workspaces/codes/versions/write'
          'Microsoft.MachineLearningServices/workspaces/codes/versions/startPendingUpload/action'
          'Microsoft.MachineLearningServices/workspaces/metadata/artifacts/write'
        ]
        notActions: []
      }
    ]
    assignableScopes: [ resourceGroup().id ]
  }
}

// Watching is reading; nothing in the workspace can be changed with it.
resource watcherReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, watcherPrincipalId, reader)
  scope: workspace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', reader)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Latency and requests are metrics of endpoints, below the workspace.
resource watcherReadsMetrics 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, watcherPrincipalId, monitoringReader)
  scope: workspace
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringReader)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// A failed deployment is explained by what its container wrote.
resource watcherReadsLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, watcherPrincipalId, 'driftgate-logs')
  scope: workspace
  properties: {
    roleDefinitionId: containerLogs.id
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Drift is measured on collected inputs against the training data.
resource watcherReadsData 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(collectedDataAccount)) {
  name: guid(collected.id, watcherPrincipalId, blobReader)
  scope: collected
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// A Spark job reads where rows are collected and writes their profile there, as an identity of its own.
resource sparkCounts 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(collectedDataAccount) && !empty(sparkPrincipalId)) {
  name: guid(collected.id, sparkPrincipalId, blobContributor)
  scope: collected
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    principalId: sparkPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Only this identity can write to the workspace, and only these few things.
resource promoterWrites 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, promoterPrincipalId, 'driftgate-promotion')
  scope: workspace
  properties: {
    roleDefinitionId: promotion.id
    principalId: promoterPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Sharing a model needs write on the assets of the registry.
resource promoterShares 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(registryName)) {
  name: guid(registry.id, promoterPrincipalId, registryUser)
  scope: registry
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', registryUser)
    principalId: promoterPrincipalId
    principalType: 'ServicePrincipal'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'driftgate'
  scope: workspace
  properties: {
    workspaceId: logsId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      { categoryGroup: 'allLogs', enabled: true }
    ]
    metrics: [
      { category: 'AllMetrics', enabled: true }
    ]
  }
}

output workspaceId string = workspace.id
