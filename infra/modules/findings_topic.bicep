// Driftgate's own findings as CloudEvents, for others to subscribe to.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: 'evgt-driftgate-${suffix}'
  location: location
  tags: tags
  properties: {
    inputSchema: 'CloudEventSchemaV1_0'
    disableLocalAuth: true
    minimumTlsVersionAllowed: '1.2'
    publicNetworkAccess: 'Enabled'
  }
}

output topicName string = topic.name
