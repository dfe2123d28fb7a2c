// The function app on the Flex Consumption plan, and its settings.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object
@description('Python of the app.')
param pythonVersion string
@description('Most instances of one function.')
param maximumInstanceCount int
@description('Subnet for the app. Empty: none.')
param appSubnetId string
@description('Storage account of the Functions host.')
param hostAccountName string
@description('Storage account of ledger, archive, evidence and policies.')
param dataAccountName string
@description('Container of the deployment package.')
param packagesName string
@description('Service Bus namespace.')
param busName string
@description('Custom topic for findings.')
param findingsTopicName string
@description('Application Insights.')
param insightsName string
@description('Log Analytics workspace that the diagnostic settings send to.')
param logsName string
@description('Identity that watches.')
param watcherName string
@description('Identity that promotes.')
param promoterName string
@description('Resource id of the machine learning workspace.')
param workspaceId string
@description('Azure DevOps organisation. Empty: none.')
param devopsUrl string
@description('Secret URI of the token that starts GitHub workflows. Empty: none.')
param githubTokenSecretUri string
@description('What a call of a hook has to show: secret or function-key-only.')
param hookRule string
@description('Secret URI of the secret that hooks show. Empty: none, and with the rule secret the hooks are closed.')
param hookSecretUri string
@description('Secret URI of the secret that takes its place. Empty: none does.')
param hookNextSecretUri string
@description('Workspaces of other stages, as name=/subscriptions/... with semicolons. Empty: none.')
param otherWorkspaces string
@description('Whether it is kept by name who changed an endpoint: keep or drop.')
param changedBy string
@description('Client id of the app registration that people sign in with. Empty: none, the function key alone protects the API.')
param accessClientId string
@description('Address of the pages, for links in notices. Empty: notices have none.')
param publicUrl string
@description('Hosts that channels may call besides the well-known ones, with semicolons. Empty: none.')
param channelHosts string
@description('Secret URIs of the receivers, as {NAME: uri} for DRIFTGATE_SECRET_NAME.')
param channelSecretUris object
@description('Mail server as host:port. Empty: none.')
param smtpServer string
@description('Communication Services that sends mail, as https address. Empty: none.')
param mailEndpoint string
@description('Address that mail comes from. Empty: none.')
param mailFrom string
@description('Domains that mail may go to, with semicolons. Empty: none.')
param mailDomains string
@description('Azure OpenAI that may write summaries, as https address. Empty: none are written.')
param openaiEndpoint string
@description('Deployment in it. Empty: none.')
param openaiDeployment string
@description('Version of its API. Empty: the one that the code was written for.')
param openaiApiVersion string

@description('Memory of an instance in MB: what it can count follows from it.')
var instanceMemory = 2048
var channelSecrets = toObject(items(channelSecretUris), secret => 'DRIFTGATE_SECRET_${secret.key}', secret => '@Microsoft.KeyVault(SecretUri=${secret.value})')

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
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

resource watcher 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: watcherName
}

resource promoter 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: promoterName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: 'plan-driftgate-${suffix}'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2025-03-01' = {
  name: 'func-driftgate-${suffix}'
  location: location
  tags: union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${watcher.id}': {}
      '${promoter.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    // The references to the GitHub token and to the receivers' secrets are read as this identity.
    keyVaultReferenceIdentity: promoter.id
    virtualNetworkSubnetId: empty(appSubnetId) ? null : appSubnetId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${host.properties.primaryEndpoints.blob}${packagesName}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: watcher.id
          }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        maximumInstanceCount: maximumInstanceCount
        instanceMemoryMB: instanceMemory
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'appsettings'
  properties: union({
    AzureWebJobsStorage__blobServiceUri: host.properties.primaryEndpoints.blob
    AzureWebJobsStorage__queueServiceUri: host.properties.primaryEndpoints.queue
    AzureWebJobsStorage__tableServiceUri: host.properties.primaryEndpoints.table
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: watcher.properties.clientId
    ServiceBus__fullyQualifiedNamespace: '${busName}.servicebus.windows.net'
    ServiceBus__credential: 'managedidentity'
    ServiceBus__clientId: watcher.properties.clientId
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${watcher.properties.clientId};Authorization=AAD'
    PYTHON_THREADPOOL_THREAD_COUNT: '8'
    DRIFTGATE_ADAPTERS: 'azure'
    DRIFTGATE_BLOB_ENDPOINT: data.properties.primaryEndpoints.blob
    DRIFTGATE_TABLE_ENDPOINT: data.properties.primaryEndpoints.table
    DRIFTGATE_WORKSPACE_ID: workspaceId
    DRIFTGATE_LOG_ANALYTICS_ID: logs.properties.customerId
    DRIFTGATE_EVENT_TOPIC: findings.properties.endpoint
    DRIFTGATE_WATCHER_CLIENT_ID: watcher.properties.clientId
    DRIFTGATE_PROMOTER_CLIENT_ID: promoter.properties.clientId
    DRIFTGATE_DEVOPS_URL: devopsUrl
    DRIFTGATE_GITHUB_TOKEN: empty(githubTokenSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${githubTokenSecretUri})'
    DRIFTGATE_HOOKS: hookRule
    DRIFTGATE_HOOK_SECRET: empty(hookSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${hookSecretUri})'
    DRIFTGATE_HOOK_SECRET_NEXT: empty(hookNextSecretUri) ? '' : '@Microsoft.KeyVault(SecretUri=${hookNextSecretUri})'
    DRIFTGATE_WORKSPACES: otherWorkspaces
    DRIFTGATE_CHANGED_BY: changedBy
    DRIFTGATE_ACCESS: empty(accessClientId) ? 'key' : 'entra'
    DRIFTGATE_PUBLIC_URL: publicUrl
    DRIFTGATE_CHANNELS: 'real'
    DRIFTGATE_CHANNEL_HOSTS: channelHosts
    DRIFTGATE_SMTP: smtpServer
    DRIFTGATE_MAIL_ENDPOINT: mailEndpoint
    DRIFTGATE_MAIL_FROM: mailFrom
    DRIFTGATE_MAIL_DOMAINS: mailDomains
    DRIFTGATE_OPENAI_ENDPOINT: openaiEndpoint
    DRIFTGATE_OPENAI_DEPLOYMENT: openaiDeployment
    DRIFTGATE_OPENAI_API_VERSION: openaiApiVersion
    DRIFTGATE_INSTANCE_MB: string(instanceMemory)
    DRIFTGATE_TIME_LIMIT_SECONDS: '600'
    DRIFTGATE_DRIFT_SCHEDULE: '0 5 * * * *'
    DRIFTGATE_KPI_SCHEDULE: '0 10 * * * *'
    DRIFTGATE_COLLECTION_SCHEDULE: '0 35 * * * *'
    DRIFTGATE_ROUTING_SCHEDULE: '0 */10 * * * *'
    DRIFTGATE_HEALTH_SCHEDULE: '0 4-59/10 * * * *'
    DRIFTGATE_BATCH_SCHEDULE: '0 25 * * * *'
    DRIFTGATE_PROMOTION_SCHEDULE: '0 1-59/5 * * * *'
    DRIFTGATE_ALERTS_SCHEDULE: '0 3-59/5 * * * *'
    DRIFTGATE_RETRAINING_SCHEDULE: '0 6-59/10 * * * *'
    DRIFTGATE_PROFILING_SCHEDULE: '0 8-59/10 * * * *'
    DRIFTGATE_RECONCILE_SCHEDULE: '0 */15 * * * *'
    DRIFTGATE_SWEEP_SCHEDULE: '30 * * * * *'
    DRIFTGATE_HEARTBEAT_SCHEDULE: '0 2-59/15 * * * *'
    DRIFTGATE_RETENTION_SCHEDULE: '0 20 2 * * *'
  }, channelSecrets)
}

resource publishingOff 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'scm'
  properties: { allow: false }
}

resource transferOff 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: site
  name: 'ftp'
  properties: { allow: false }
}

output functionAppId string = site.id
output siteName string = site.name
