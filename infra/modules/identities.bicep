// Two identities on one app, so that a fault in watching cannot move traffic.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object

resource watcher 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-driftgate-watcher-${suffix}'
  location: location
  tags: tags
}

resource promoter 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-driftgate-promoter-${suffix}'
  location: location
  tags: tags
}

output watcherName string = watcher.name
output watcherPrincipalId string = watcher.properties.principalId
output promoterName string = promoter.name
output promoterPrincipalId string = promoter.properties.principalId
