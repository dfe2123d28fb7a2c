// Who may have summaries written: in the resource group of the Azure OpenAI resource, which exists already.
@description('Azure OpenAI resource.')
param openaiAccount string
@description('Principal of the identity that watches.')
param watcherPrincipalId string

var openaiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd' // Cognitive Services OpenAI User: a deployment is asked; none is made or changed.

resource openai 'Microsoft.CognitiveServices/accounts@2024-10-01' existing = {
  name: openaiAccount
}

// A notice is shown to the model by the identity that sends it, without a key.
resource watcherOnOpenai 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(openai.id, watcherPrincipalId, openaiUser)
  scope: openai
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openaiUser)
    principalId: watcherPrincipalId
    principalType: 'ServicePrincipal'
  }
}
