// Queues and the topic, one after the other: siblings made at once can conflict.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object
@description('Standard, or Premium for a private endpoint.')
param tier string
@description('Refuse public networks; only Premium can.')
param closed bool
@description('More subscriptions of the topic alerts, each {name, filter}.')
param alertChannels array

resource bus 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: 'sb-driftgate-${suffix}'
  location: location
  tags: tags
  sku: { name: tier, tier: tier }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: closed && tier == 'Premium' ? 'Disabled' : 'Enabled'
  }
}

resource checks 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'checks'
  properties: {
    requiresSession: true
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
}

resource retraining 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'retraining-requests'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P7D'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
  dependsOn: [ checks ]
}

// A message a part: lost locks would count a part twice, which is harmless and dear.
resource profiling 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'profiling-requests'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P1D'
    lockDuration: 'PT5M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
  dependsOn: [ retraining ]
}

resource promotion 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'promotion-requests'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P7D'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
  dependsOn: [ profiling ]
}

// Its messages hold the token of a job, good for two days: they go away with it, unread ones too.
resource environmentChecks 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'environment-checks'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P2D'
    defaultMessageTimeToLive: 'P2D'
    lockDuration: 'PT5M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: false
  }
  dependsOn: [ promotion ]
}

// What no try could deliver, for people to look at: nothing consumes it, so that it goes by its age.
resource undelivered 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'undelivered'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'P1D'
    defaultMessageTimeToLive: 'P30D'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: false
  }
  dependsOn: [ environmentChecks ]
}

// The steps of replays: each orders the next one when it is decided.
resource replays 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'replays'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
  dependsOn: [ undelivered ]
}

resource alerts 'Microsoft.ServiceBus/namespaces/topics@2024-01-01' = {
  parent: bus
  name: 'alerts'
  properties: {
    requiresDuplicateDetection: true
    duplicateDetectionHistoryTimeWindow: 'PT10M'
  }
  dependsOn: [ replays ]
}

resource log 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'log'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
  }
}

// A message from before there were channels has no `what`.
resource logged 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: log
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what IS NULL OR what = \'alert\' OR channel = \'log\'' }
  }
}

resource teams 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'teams'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ logged ]
}

resource teamsFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: teams
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'teams\'' }
  }
}

resource slack 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'slack'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ teamsFilter ]
}

resource slackFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: slack
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'slack\'' }
  }
}

resource pagerduty 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'pagerduty'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ slackFilter ]
}

resource pagerdutyFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: pagerduty
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'pagerduty\'' }
  }
}

resource email 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'email'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ pagerdutyFilter ]
}

resource emailFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: email
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'email\'' }
  }
}

resource webhook 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'webhook'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ emailFilter ]
}

resource webhookFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: webhook
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'webhook\'' }
  }
}

resource workItem 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = {
  parent: alerts
  name: 'work-item'
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ webhookFilter ]
}

resource workItemFilter 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = {
  parent: workItem
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: 'what = \'notice\' AND channel = \'work-item\'' }
  }
}

@batchSize(1)
resource channels 'Microsoft.ServiceBus/namespaces/topics/subscriptions@2024-01-01' = [for channel in alertChannels: {
  parent: alerts
  name: channel.name
  properties: {
    lockDuration: 'PT1M'
    maxDeliveryCount: 10
    deadLetteringOnMessageExpiration: true
    deadLetteringOnFilterEvaluationExceptions: true
  }
  dependsOn: [ workItemFilter ]
}]

// Named $Default, else it would only add to the rule that lets everything through.
@batchSize(1)
resource filters 'Microsoft.ServiceBus/namespaces/topics/subscriptions/rules@2024-01-01' = [for (channel, index) in alertChannels: {
  parent: channels[index]
  name: '$Default'
  properties: {
    filterType: 'SqlFilter'
    sqlFilter: { sqlExpression: channel.filter }
  }
}]

output busName string = bus.name
output busId string = bus.id
