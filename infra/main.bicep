targetScope = 'subscription'

@minLength(1)
@description('Name of the azd environment; part of every resource name.')
param environmentName string

@description('Region of every resource.')
param location string

var tags = { 'azd-env-name': environmentName }
var suffix = toLower(uniqueString(subscription().id, environmentName, location))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-driftgate-${environmentName}'
  location: location
  tags: tags
}

module app 'app.bicep' = {
  name: 'app'
  scope: group
  params: {
    location: location
    suffix: suffix
    tags: tags
  }
}

output AZURE_RESOURCE_GROUP string = group.name
output AZURE_LOCATION string = location
output FUNCTION_APP_ID string = app.outputs.functionAppId
