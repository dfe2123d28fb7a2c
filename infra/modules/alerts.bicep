// Alerts on Driftgate itself: the watcher is watched by something it does not run.
@description('Region.')
param location string
@description('Part of every name that has to be unique.')
param suffix string
@description('Tags of every resource.')
param tags object
@description('Mail address. Empty: nobody is told, the portal shows it.')
param alertEmail string
@description('Service Bus namespace.')
param busId string
@description('Log Analytics workspace.')
param logsId string
@description('System topic of the workspace.')
param workspaceTopicId string
@description('System topic of the resource group.')
param resourceTopicId string

var receivers = empty(alertEmail) ? [] : [ { name: 'operator', emailAddress: alertEmail, useCommonAlertSchema: true } ]
var topics = [
  { name: 'workspace', id: workspaceTopicId }
  { name: 'resources', id: resourceTopicId }
]
var queries = [
  {
    name: 'failures'
    title: 'Driftgate: functions fail'
    query: 'AppRequests | where Success == false'
    operator: 'GreaterThan'
    threshold: 5
  }
  {
    name: 'outbox'
    title: 'Driftgate: the outbox does not drain'
    query: 'AppMetrics | where Name == "driftgate.outbox.age" and Max > 900'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'pulse'
    title: 'Driftgate: the heartbeat is asked for and not decided'
    query: 'AppMetrics | where Name == "driftgate.heartbeat.age" and Max > 2700'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'aside'
    title: 'Driftgate: dead letters wait for somebody; see driftgate deadletters'
    query: 'AppMetrics | where Name == "driftgate.deadletters" and Max > 0'
    operator: 'GreaterThan'
    threshold: 0
  }
  {
    name: 'silence'
    title: 'Driftgate: the heartbeat is not heard'
    query: 'AppRequests | where OperationName == "heartbeat"'
    operator: 'LessThan'
    threshold: 1
  }
]

resource operators 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: 'ag-driftgate-${suffix}'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'driftgate'
    enabled: true
    emailReceivers: receivers
  }
}

resource deadMessages 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'driftgate-dead-messages'
  location: 'global'
  tags: tags
  properties: {
    description: 'A message ended among the dead letters of its queue without Driftgate: see driftgate deadletters.'
    severity: 2
    enabled: true
    scopes: [ busId ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'DeadletteredMessages'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Average'
          dimensions: [ { name: 'EntityName', operator: 'Include', values: [ '*' ] } ]
        }
      ]
    }
    actions: [ { actionGroupId: operators.id } ]
  }
}

// Nothing consumes this queue: what lies there is a notice that people never got.
resource untold 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'driftgate-untold'
  location: 'global'
  tags: tags
  properties: {
    description: 'A notice can never be delivered: a channel is gone, lets Driftgate in no more, or refuses it. Mend the channel, then resubmit or purge: driftgate deadletters list --queue undelivered.'
    severity: 2
    enabled: true
    scopes: [ busId ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT5M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'untold'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Average'
          dimensions: [ { name: 'EntityName', operator: 'Include', values: [ 'undelivered' ] } ]
        }
      ]
    }
    actions: [ { actionGroupId: operators.id } ]
  }
}

// Nobody may count what waits in a queue without managing the namespace; its own metric does.
resource behind 'Microsoft.Insights/metricAlerts@2018-03-01' = {
  name: 'driftgate-behind'
  location: 'global'
  tags: tags
  properties: {
    description: 'Events have waited in hundreds for a quarter of an hour: more comes in than is worked off, or Azure answers slowly. Nothing is lost; what is told comes late. If it lasts, give more instances.'
    severity: 3
    enabled: true
    scopes: [ busId ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'behind'
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: 'ActiveMessages'
          operator: 'GreaterThan'
          threshold: 500
          timeAggregation: 'Minimum'
          dimensions: [ { name: 'EntityName', operator: 'Include', values: [ 'checks' ] } ]
        }
      ]
    }
    actions: [ { actionGroupId: operators.id } ]
  }
}

resource undelivered 'Microsoft.Insights/metricAlerts@2018-03-01' = [for topic in topics: {
  name: 'driftgate-undelivered-${topic.name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid gave an event up: see driftgate deadletters list --queue event-grid.'
    severity: 2
    enabled: true
    scopes: [ topic.id ]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'undelivered'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          operator: 'GreaterThan'
          threshold: 0
          timeAggregation: 'Total'
        }
      ]
    }
    actions: [ { actionGroupId: operators.id } ]
  }
}]

resource rules 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for rule in queries: {
  name: 'driftgate-${rule.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: rule.title
    severity: 2
    enabled: true
    scopes: [ logsId ]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    skipQueryValidation: true
    criteria: {
      allOf: [
        {
          query: rule.query
          timeAggregation: 'Count'
          operator: rule.operator
          threshold: rule.threshold
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [ operators.id ] }
  }
}]
