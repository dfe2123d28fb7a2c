// Sign-in by Entra ID in front of the function app: the platform checks tokens and says who calls.
@description('Function app.')
param siteName string
@description('Client id of the app registration whose roles are those of Driftgate.')
param clientId string

resource site 'Microsoft.Web/sites@2025-03-01' existing = {
  name: siteName
}

resource signIn 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: site
  name: 'authsettingsV2'
  properties: {
    platform: { enabled: true, runtimeVersion: '~1' }
    // Hooks, gates and alerts of Azure come without a token, with a function key. Whoever comes to
    // the API for people without one is refused by the API itself, route by route.
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: clientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: { allowedAudiences: [ clientId, 'api://${clientId}' ] }
      }
    }
    login: { tokenStore: { enabled: false }, preserveUrlFragmentsForLogins: false }
    httpSettings: { requireHttps: true }
  }
}
