// Everything but the event subscriptions, which need the functions to exist: subscriptions.bicep.
targetScope = 'subscription'

@minLength(1)
@description('Name of the azd environment; part of every resource name.')
param environmentName string

@description('Region of every resource.')
param location string

@description('Azure Machine Learning workspace that is watched; it exists already.')
param workspaceName string

@description('Resource group of that workspace; changes of its endpoints are heard there.')
param workspaceResourceGroup string

@description('Region of that workspace: its system topic has to be there. Empty: the region above.')
param workspaceLocation string = ''

@description('System topic of the workspace. A source has one at most: name the one that exists.')
param workspaceTopicName string = 'driftgate-workspace'

@description('System topic of the resource group of the workspace; again, name the one that exists.')
param resourceTopicName string = 'driftgate-resources'

@description('Storage account, in the group of the workspace, that holds collected data. Empty: none.')
param collectedDataAccount string = ''

@description('Principal id of the user-assigned identity, attached to the workspace, that Spark jobs run as. Empty: Driftgate gives none a right.')
param sparkPrincipalId string = ''

@description('Machine learning registry, in the group of the workspace, to promote to. Empty: none.')
param registryName string = ''

@description('Azure DevOps project, as https://dev.azure.com/<organisation>/<project>. Empty: no pipeline is started.')
param devopsUrl string = ''

@description('Secret URI in Key Vault of the token that starts GitHub workflows. Empty: none is started.')
param githubTokenSecretUri string = ''

@allowed(['secret', 'function-key-only'])
@description('What calls of Azure DevOps and of action groups have to show beside the function key.')
param hookRule string = 'secret'

@description('Secret URI in Key Vault of the secret that hooks show. Empty: with the rule secret the hooks are closed.')
param hookSecretUri string = ''

@description('Secret URI in Key Vault of the secret that takes its place. Empty: none does.')
param hookNextSecretUri string = ''

@description('Workspaces of other stages, as staging=/subscriptions/...;production=/subscriptions/... Empty: none.')
param otherWorkspaces string = ''

@allowed(['keep', 'drop'])
@description('Whether the archive keeps by name who changed an endpoint, as events tell it.')
param changedBy string = 'keep'

@description('Address of the pages, as https://..., for links in what people are sent. Empty: without links.')
param publicUrl string = ''

@description('Client id of the app registration that people sign in with (docs/api.md). Empty: none, the function key alone protects the API.')
param accessClientId string = ''

@description('Hosts that webhooks may call besides those of Teams, Slack and PagerDuty, as hooks.example.com;*.corp.example.com. Empty: none.')
param channelHosts string = ''

@description('Secret URIs in Key Vault of the receivers, as {SLACK_ONCALL: uri} for a receiver with secret: SLACK_ONCALL. Empty: none.')
param channelSecretUris object = {}

@description('Mail server as host:port, 587 or 465. Empty: no mail, or mail by mailEndpoint.')
param smtpServer string = ''

@description('Communication Services that sends mail, as https://<name>.communication.azure.com. Empty: none.')
param mailEndpoint string = ''

@description('Address that mail comes from. Empty: no mail.')
param mailFrom string = ''

@description('Domains that mail may go to, as example.com;example.org. Empty: no mail.')
param mailDomains string = ''

@description('Azure OpenAI that may write summaries of long notices, as https://<name>.openai.azure.com. Empty: none are written.')
param openaiEndpoint string = ''

@description('Deployment of a chat model in it. Empty: none; then openaiEndpoint has to be empty too.')
param openaiDeployment string = ''

@description('Version of its API. Empty: 2024-10-21.')
param openaiApiVersion string = ''

@description('Name of the Azure OpenAI resource, for the role to ask it. Empty: no role is given here.')
param openaiAccount string = ''

@description('Resource group of the Azure OpenAI resource. Empty: that of the workspace.')
param openaiResourceGroup string = ''

@description('Mail address for alerts on Driftgate itself. Empty: alerts are shown in the portal only.')
param alertEmail string = ''

@allowed(['3.12', '3.13'])
@description('Python of the function app. Ask per region: az functionapp list-flexconsumption-runtimes.')
param pythonVersion string = '3.13'

@description('Most instances of one function; with the sessions in host.json the bound on parallel work.')
param maximumInstanceCount int = 40

@allowed(['Standard', 'Premium'])
@description('Tier of Service Bus. Only Premium can have a private endpoint.')
param serviceBusTier string = 'Standard'

@description('Subnet for the app, delegated to Microsoft.App/environments. Empty: no network integration.')
param appSubnetId string = ''

@description('Subnet for private endpoints; storage then refuses other networks. Empty: none are made.')
param endpointSubnetId string = ''

@description('Resource group of private DNS zones privatelink.<part>. Empty: names are yours to resolve.')
param privateDnsResourceGroup string = ''

@description('More channels of the topic alerts, each {name, filter}: SQL on state, severity, kind, subject, label_model.')
param alertChannels array = []

var tags = { 'azd-env-name': environmentName }
var suffix = toLower(uniqueString(subscription().id, environmentName, location))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-driftgate-${environmentName}'
  location: location
  tags: tags
}

module identities 'modules/identities.bicep' = {
  name: 'identities'
  scope: group
  params: { location: location, suffix: suffix, tags: tags }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: { location: location, suffix: suffix, tags: tags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
    closed: !empty(endpointSubnetId)
  }
}

module bus 'modules/service_bus.bicep' = {
  name: 'service-bus'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
    tier: serviceBusTier
    closed: !empty(endpointSubnetId)
    alertChannels: alertChannels
  }
}

module findings 'modules/findings_topic.bicep' = {
  name: 'findings-topic'
  scope: group
  params: { location: location, suffix: suffix, tags: tags }
}

module systemTopics 'modules/system_topics.bicep' = {
  name: 'driftgate-system-topics'
  scope: resourceGroup(workspaceResourceGroup)
  params: {
    workspaceName: workspaceName
    workspaceLocation: empty(workspaceLocation) ? location : workspaceLocation
    workspaceTopicName: workspaceTopicName
    resourceTopicName: resourceTopicName
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  scope: group
  params: {
    hostAccountName: storage.outputs.hostAccountName
    dataAccountName: storage.outputs.dataAccountName
    busName: bus.outputs.busName
    findingsTopicName: findings.outputs.topicName
    insightsName: monitoring.outputs.insightsName
    logsName: monitoring.outputs.logsName
    watcherPrincipalId: identities.outputs.watcherPrincipalId
    workspaceTopicPrincipalId: systemTopics.outputs.workspaceTopicPrincipalId
    resourceTopicPrincipalId: systemTopics.outputs.resourceTopicPrincipalId
  }
}

module workspace 'modules/workspace.bicep' = {
  name: 'driftgate-workspace'
  scope: resourceGroup(workspaceResourceGroup)
  params: {
    workspaceName: workspaceName
    suffix: suffix
    logsId: monitoring.outputs.logsId
    watcherPrincipalId: identities.outputs.watcherPrincipalId
    promoterPrincipalId: identities.outputs.promoterPrincipalId
    collectedDataAccount: collectedDataAccount
    sparkPrincipalId: sparkPrincipalId
    registryName: registryName
  }
}

module summaries 'modules/summaries.bicep' = if (!empty(openaiAccount)) {
  name: 'driftgate-summaries'
  scope: resourceGroup(empty(openaiResourceGroup) ? workspaceResourceGroup : openaiResourceGroup)
  params: {
    openaiAccount: openaiAccount
    watcherPrincipalId: identities.outputs.watcherPrincipalId
  }
}

module network 'modules/network.bicep' = if (!empty(endpointSubnetId)) {
  name: 'network'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
    endpointSubnetId: endpointSubnetId
    privateDnsResourceGroup: privateDnsResourceGroup
    hostAccountId: storage.outputs.hostAccountId
    dataAccountId: storage.outputs.dataAccountId
    busId: bus.outputs.busId
    busTier: serviceBusTier
  }
}

module app 'modules/app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
    pythonVersion: pythonVersion
    maximumInstanceCount: maximumInstanceCount
    appSubnetId: appSubnetId
    hostAccountName: storage.outputs.hostAccountName
    dataAccountName: storage.outputs.dataAccountName
    packagesName: storage.outputs.packagesName
    busName: bus.outputs.busName
    findingsTopicName: findings.outputs.topicName
    insightsName: monitoring.outputs.insightsName
    logsName: monitoring.outputs.logsName
    watcherName: identities.outputs.watcherName
    promoterName: identities.outputs.promoterName
    workspaceId: workspace.outputs.workspaceId
    devopsUrl: devopsUrl
    githubTokenSecretUri: githubTokenSecretUri
    hookRule: hookRule
    hookSecretUri: hookSecretUri
    hookNextSecretUri: hookNextSecretUri
    otherWorkspaces: otherWorkspaces
    changedBy: changedBy
    accessClientId: accessClientId
    publicUrl: publicUrl
    channelHosts: channelHosts
    channelSecretUris: channelSecretUris
    smtpServer: smtpServer
    mailEndpoint: mailEndpoint
    mailFrom: mailFrom
    mailDomains: mailDomains
    openaiEndpoint: openaiEndpoint
    openaiDeployment: openaiDeployment
    openaiApiVersion: openaiApiVersion
  }
  dependsOn: [ access, network ]
}

module signIn 'modules/sign_in.bicep' = if (!empty(accessClientId)) {
  name: 'signIn'
  scope: group
  params: {
    siteName: app.outputs.siteName
    clientId: accessClientId
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
    alertEmail: alertEmail
    busId: bus.outputs.busId
    logsId: monitoring.outputs.logsId
    workspaceTopicId: systemTopics.outputs.workspaceTopicId
    resourceTopicId: systemTopics.outputs.resourceTopicId
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output FUNCTION_APP_ID string = app.outputs.functionAppId
output DEAD_LETTER_ACCOUNT_ID string = storage.outputs.dataAccountId
output WORKSPACE_RESOURCE_GROUP string = workspaceResourceGroup
output LOG_ANALYTICS_RESOURCE_ID string = monitoring.outputs.logsId
output WORKSPACE_TOPIC string = workspaceTopicName
output RESOURCE_TOPIC string = resourceTopicName
