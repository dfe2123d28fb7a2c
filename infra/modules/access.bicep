// Who may do what in Driftgate's own resource group.
@description('Storage account of the Functions host.')
param hostAccountName string
@description('Storage account of ledger, archive, evidence and policies.')
param dataAccountName string
@description('Service Bus namespace.')
param busName string
@description('Custom topic for findings.')
param findingsTopicName string
@description('Application Insights.')
param insightsName string
@description('Log Analytics workspace.')
param logsName string
@description('Principal of the identity that watches.')
param watcherPrincipalId string
@description('Principal of the system topic of the workspace.')
param workspaceTopicPrincipalId string
@description('Principal of the system topic of the resource group.')
param resourceTopicPrincipalId string

var hostRoles = [
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b' // Storage Blob Data Owner: the host keeps its locks, keys and timers in blobs, and the package.
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88' // Storage Queue Data Contributor: the host has queues of its own.
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: the host writes its diagnostic events to tables.
]
var busRoles = [
  '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39' // Azure Service Bus Data Sender: events and requests are queued, alerts published.
  '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0' // Azure Service Bus Data Receiver: the triggers take messages.
]
var writtenContainers = [ 'events', 'evidence', 'profiles', 'reports', 'deadletters' ]
var blobContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe' // Storage Blob Data Contributor: what is kept is written and read back, and Event Grid writes dead letters.
var blobReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1' // Storage Blob Data Reader: policies are read; only people change them.
var tableContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3' // Storage Table Data Contributor: decisions and the outbox are rows of the ledger.
var eventSender = 'd5a91429-5739-47e2-a06b-3470a27159e7' // EventGrid Data Sender: findings are published.
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb' // Monitoring Metrics Publisher: telemetry is accepted without a key.
var logsReader = '73c42c96-874c-492b-b04d-ab87d138a893' // Log Analytics Reader: KPI and container logs are queried.

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource dataBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: data
  name: 'default'
}

resource written 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [for name in writtenContainers: {
  parent: dataBlobs
  name: name
}]

resource policies 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: dataBlobs
  name: 'policies'
}

resource heads 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: dataBlobs
  name: 'heads'
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: dataBlobs
  name: 'deadletters'
}

resource bus 'Microsoft.ServiceBus/namespaces@2024-01-01' existing = {
  name: busName
}

resource findings 'Microsoft.EventGrid/topics@2025-02-15' existing = {
  name: findingsTopicName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource logs 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: logsName
}

// The host cannot start without its storage.
resource watcherOnHost 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in hostRoles: {
  name: guid(host.id, watcherPrincipalId, role)
  scope: host
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

// Messages come and go through the app's first identity.
resource watcherOnBus 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in busRoles: {
  name: guid(bus.id, watcherPrincipalId, role)
  scope: bus
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

// Where chains end is added and read; what is there nobody's app writes over or deletes.
resource anchoring 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {
  name: guid(heads.id, 'driftgate-heads')
  properties: {
    roleName: 'Driftgate heads ${dataAccountName}'
    description: 'Adds blobs and reads them; Storage Blob Data Contributor would also write over and delete.'
    type: 'CustomRole'
    permissions: [
      {
        actions: []
        notActions: []
        dataActions: [
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'
          'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action'
        ]
        notDataActions: []
      }
    ]
    assignableScopes: [ resourceGroup().id ]
  }
}

// The app whose ledger the heads hold to its word must not be able to change them.
resource watcherOnHeads 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(heads.id, watcherPrincipalId, anchoring.id)
  scope: heads
  properties: {
    roleDefinitionId: anchoring.id
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Archive, evidence, profiles, reports and notes of dead letters are the app's; container by container.
resource watcherOnWritten 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, index) in writtenContainers: {
  name: guid(data.id, name, watcherPrincipalId, blobContributor)
  scope: written[index]
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}]

// The app that obeys the policies must not be able to change them.
resource watcherOnPolicies 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(policies.id, watcherPrincipalId, blobReader)
  scope: policies
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobReader)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The ledger is one table, the only one of this account.
resource watcherOnLedger 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(data.id, watcherPrincipalId, tableContributor)
  scope: data
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', tableContributor)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Findings go out on the custom topic.
resource watcherOnFindings 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(findings.id, watcherPrincipalId, eventSender)
  scope: findings
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventSender)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Application Insights takes no keys, so the host has to be allowed to write.
resource watcherOnInsights 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, watcherPrincipalId, metricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The workspace's diagnostic logs arrive here and are queried for checks.
resource watcherOnLogs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(logs.id, watcherPrincipalId, logsReader)
  scope: logs
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', logsReader)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// Event Grid writes what it could not deliver, with the topic's identity.
resource workspaceTopicOnDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(deadLetters.id, workspaceTopicPrincipalId, blobContributor)
  scope: deadLetters
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    principalId: workspaceTopicPrincipalId
    principalType: 'ServicePrincipal'
  }
}

// The second topic writes to the same container.
resource resourceTopicOnDeadLetters 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(deadLetters.id, resourceTopicPrincipalId, blobContributor)
  scope: deadLetters
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobContributor)
    principalId: resourceTopicPrincipalId
    principalType: 'ServicePrincipal'
  }
}
