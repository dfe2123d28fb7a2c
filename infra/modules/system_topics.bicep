// In the resource group of the workspace, where Event Grid wants the topics of its resources.
@description('Azure Machine Learning workspace that is watched.')
param workspaceName string
@description('Region of that workspace.')
param workspaceLocation string
@description('Name of the topic of the workspace; an existing one is given an identity.')
param workspaceTopicName string
@description('Name of the topic of this resource group; an existing one is given an identity.')
param resourceTopicName string

resource workspace 'Microsoft.MachineLearningServices/workspaces@2024-10-01' existing = {
  name: workspaceName
}

resource workspaceTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: workspaceTopicName
  location: workspaceLocation
  identity: { type: 'SystemAssigned' }
  properties: {
    source: workspace.id
    topicType: 'Microsoft.MachineLearningServices.Workspaces'
  }
}

resource resourceTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = {
  name: resourceTopicName
  location: 'global'
  identity: { type: 'SystemAssigned' }
  properties: {
    source: resourceGroup().id
    topicType: 'Microsoft.Resources.ResourceGroups'
  }
}

output workspaceTopicId string = workspaceTopic.id
output workspaceTopicPrincipalId string = workspaceTopic.identity.principalId
output resourceTopicId string = resourceTopic.id
output resourceTopicPrincipalId string = resourceTopic.identity.principalId
