extension MicrosoftSecurity

resource rustdeskPrivateServer 'Microsoft.Security/detectionRules@2026-06-01-preview' = {
  id: 'xdr-ec2b0aa6-26e5-4056-a62e-d9e39f610c96'
  displayName: 'RustDesk client reached a private server'
  status: 'disabled'
  queryCondition: {
    queryText: '''
DeviceNetworkEvents
| where RemotePort between (21115 .. 21119)
| where InitiatingProcessFileName has "rustdesk" or InitiatingProcessVersionInfoProductName has "RustDesk"
| where RemoteIPType == "Public" and not(RemoteUrl has "rustdesk.com")
| summarize
    (Timestamp, DeviceId, ReportId) = arg_max(Timestamp, DeviceId, ReportId),
    StartTime = min(Timestamp),
    EndTime = max(Timestamp),
    Connections = count(),
    Ports = make_set(RemotePort, 5)
    by DeviceName, RemoteIP, InitiatingProcessFolderPath, InitiatingProcessAccountSid,
        InitiatingProcessAccountName, InitiatingProcessAccountDomain
| parse DeviceName with HostName "." DnsDomain'''
  }
  schedule: {
    frequency: 'PT1H'
  }
  detectionAction: {
    alertTemplate: {
      title: 'RustDesk client reached a private server'
      description: 'Identifies RustDesk clients that reached a rendezvous or relay server outside of the public service. Whoever runs such a server of his own can reach the host without any account at the vendor.'
      severity: 'medium'
      tactics: [
        {
          tactic: 'CommandAndControl'
          techniques: [
            {
              technique: 'T1219'
              subTechniques: [
                'T1219.002'
              ]
            }
          ]
        }
      ]
      entityMappings: {
        hosts: [
          {
            id: 'host1'
            deviceIdColumn: 'DeviceId'
            nameColumn: 'HostName'
            dnsDomainColumn: 'DnsDomain'
          }
        ]
        accounts: [
          {
            id: 'account1'
            sidColumn: 'InitiatingProcessAccountSid'
            nameColumn: 'InitiatingProcessAccountName'
            ntDomainColumn: 'InitiatingProcessAccountDomain'
          }
        ]
        ips: [
          {
            id: 'ip1'
            addressColumn: 'RemoteIP'
          }
        ]
      }
    }
  }
}
