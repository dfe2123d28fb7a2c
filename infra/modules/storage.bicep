// Two accounts: the wide roles that the Functions host needs do not reach the evidence.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object
@description('Refuse every network but private endpoints and services that Azure trusts.')
param closed bool

var access = {
  bypass: 'AzureServices'
  defaultAction: closed ? 'Deny' : 'Allow'
}

resource host 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stdgh${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: access
  }
}

resource hostBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: host
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: hostBlobs
  name: 'packages'
  properties: { publicAccess: 'None' }
}

resource data 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: 'stdgd${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard_ZRS' }
  kind: 'StorageV2'
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: access
  }
}

resource dataBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: data
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: { enabled: true, days: 14 }
    containerDeleteRetentionPolicy: { enabled: true, days: 14 }
  }
}

resource events 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'events'
  properties: { publicAccess: 'None' }
}

resource evidence 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'evidence'
  properties: { publicAccess: 'None' }
}

resource profiles 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'profiles'
  properties: { publicAccess: 'None' }
}

resource reports 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'reports'
  properties: { publicAccess: 'None' }
}

resource heads 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'heads'
  properties: { publicAccess: 'None' }
}

// What proves that the ledger was not put back: nobody changes or deletes it, the app neither.
// It is deployed unlocked; only a lock, which nobody can take off, binds the account's owner too.
resource headsKept 'Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies@2025-06-01' = {
  parent: heads
  name: 'default'
  properties: { immutabilityPeriodSinceCreationInDays: 400 }
}

// Versions guard against a slip of the hand for two weeks; then what was deleted is gone.
resource versions 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: data
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'previous-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: { blobTypes: [ 'blockBlob' ] }
            actions: { version: { delete: { daysAfterCreationGreaterThan: 14 } } }
          }
        }
      ]
    }
  }
}

resource policies 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'policies'
  properties: { publicAccess: 'None' }
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'deadletters'
  properties: { publicAccess: 'None' }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: data
  name: 'default'
}

resource ledger 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = {
  parent: tables
  name: 'ledger'
}

output hostAccountName string = host.name
output hostAccountId string = host.id
output dataAccountName string = data.name
output dataAccountId string = data.id
output packagesName string = packages.name
