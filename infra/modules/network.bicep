// Private endpoints for storage, and for Service Bus where its tier can have one.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object
@description('Subnet for the endpoints.')
param endpointSubnetId string
@description('Resource group of the private DNS zones. Empty: names are yours to resolve.')
param privateDnsResourceGroup string
@description('Storage account of the Functions host.')
param hostAccountId string
@description('Storage account of ledger, archive, evidence and policies.')
param dataAccountId string
@description('Service Bus namespace.')
param busId string
@description('Tier of Service Bus.')
param busTier string

var storageEndpoints = [
  { name: 'host-blob', account: hostAccountId, part: 'blob' }
  { name: 'host-queue', account: hostAccountId, part: 'queue' }
  { name: 'host-table', account: hostAccountId, part: 'table' }
  { name: 'data-blob', account: dataAccountId, part: 'blob' }
  { name: 'data-table', account: dataAccountId, part: 'table' }
]
var busEndpoints = busTier == 'Premium' ? [ { name: 'bus', account: busId, part: 'namespace' } ] : []
var endpoints = concat(storageEndpoints, busEndpoints)
var named = empty(privateDnsResourceGroup) ? [] : endpoints
var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  namespace: 'privatelink.servicebus.windows.net'
}

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-05-01' = [for endpoint in endpoints: {
  name: 'pe-driftgate-${endpoint.name}-${suffix}'
  location: location
  tags: tags
  properties: {
    subnet: { id: endpointSubnetId }
    privateLinkServiceConnections: [
      {
        name: endpoint.name
        properties: {
          privateLinkServiceId: endpoint.account
          groupIds: [ endpoint.part ]
        }
      }
    ]
  }
}]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = [for (endpoint, index) in named: {
  parent: privateEndpoints[index]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: endpoint.part
        properties: { privateDnsZoneId: resourceId(privateDnsResourceGroup, 'Microsoft.Network/privateDnsZones', zones[endpoint.part]) }
      }
    ]
  }
}]
