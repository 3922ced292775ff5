//! `query-too-long`

use crate::content::Template;
use crate::diagnostic::Diagnostic;
use crate::knowledge::limits;
use crate::rules::length::too_long;
use crate::rules::{Context, Rule, declare_rule};

declare_rule! {
    /// A query of more than 10,000 characters.
    ///
    /// ## Why is this bad?
    ///
    /// Sentinel rejects a rule with such a query. Put long lists into a watchlist or a function.
    ///
    /// ## Example
    ///
    /// ```yaml,invalid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: |
    ///   DeviceNetworkEvents
    ///   | where RemoteUrl != "relay-000.example" and DeviceName != "host-000.example"
    ///   | where RemoteUrl != "relay-001.example" and DeviceName != "host-001.example"
    ///   | where RemoteUrl != "relay-002.example" and DeviceName != "host-002.example"
    ///   | where RemoteUrl != "relay-003.example" and DeviceName != "host-003.example"
    ///   | where RemoteUrl != "relay-004.example" and DeviceName != "host-004.example"
    ///   | where RemoteUrl != "relay-005.example" and DeviceName != "host-005.example"
    ///   | where RemoteUrl != "relay-006.example" and DeviceName != "host-006.example"
    ///   | where RemoteUrl != "relay-007.example" and DeviceName != "host-007.example"
    ///   | where RemoteUrl != "relay-008.example" and DeviceName != "host-008.example"
    ///   | where RemoteUrl != "relay-009.example" and DeviceName != "host-009.example"
    ///   | where RemoteUrl != "relay-010.example" and DeviceName != "host-010.example"
    ///   | where RemoteUrl != "relay-011.example" and DeviceName != "host-011.example"
    ///   | where RemoteUrl != "relay-012.example" and DeviceName != "host-012.example"
    ///   | where RemoteUrl != "relay-013.example" and DeviceName != "host-013.example"
    ///   | where RemoteUrl != "relay-014.example" and DeviceName != "host-014.example"
    ///   | where RemoteUrl != "relay-015.example" and DeviceName != "host-015.example"
    ///   | where RemoteUrl != "relay-016.example" and DeviceName != "host-016.example"
    ///   | where RemoteUrl != "relay-017.example" and DeviceName != "host-017.example"
    ///   | where RemoteUrl != "relay-018.example" and DeviceName != "host-018.example"
    ///   | where RemoteUrl != "relay-019.example" and DeviceName != "host-019.example"
    ///   | where RemoteUrl != "relay-020.example" and DeviceName != "host-020.example"
    ///   | where RemoteUrl != "relay-021.example" and DeviceName != "host-021.example"
    ///   | where RemoteUrl != "relay-022.example" and DeviceName != "host-022.example"
    ///   | where RemoteUrl != "relay-023.example" and DeviceName != "host-023.example"
    ///   | where RemoteUrl != "relay-024.example" and DeviceName != "host-024.example"
    ///   | where RemoteUrl != "relay-025.example" and DeviceName != "host-025.example"
    ///   | where RemoteUrl != "relay-026.example" and DeviceName != "host-026.example"
    ///   | where RemoteUrl != "relay-027.example" and DeviceName != "host-027.example"
    ///   | where RemoteUrl != "relay-028.example" and DeviceName != "host-028.example"
    ///   | where RemoteUrl != "relay-029.example" and DeviceName != "host-029.example"
    ///   | where RemoteUrl != "relay-030.example" and DeviceName != "host-030.example"
    ///   | where RemoteUrl != "relay-031.example" and DeviceName != "host-031.example"
    ///   | where RemoteUrl != "relay-032.example" and DeviceName != "host-032.example"
    ///   | where RemoteUrl != "relay-033.example" and DeviceName != "host-033.example"
    ///   | where RemoteUrl != "relay-034.example" and DeviceName != "host-034.example"
    ///   | where RemoteUrl != "relay-035.example" and DeviceName != "host-035.example"
    ///   | where RemoteUrl != "relay-036.example" and DeviceName != "host-036.example"
    ///   | where RemoteUrl != "relay-037.example" and DeviceName != "host-037.example"
    ///   | where RemoteUrl != "relay-038.example" and DeviceName != "host-038.example"
    ///   | where RemoteUrl != "relay-039.example" and DeviceName != "host-039.example"
    ///   | where RemoteUrl != "relay-040.example" and DeviceName != "host-040.example"
    ///   | where RemoteUrl != "relay-041.example" and DeviceName != "host-041.example"
    ///   | where RemoteUrl != "relay-042.example" and DeviceName != "host-042.example"
    ///   | where RemoteUrl != "relay-043.example" and DeviceName != "host-043.example"
    ///   | where RemoteUrl != "relay-044.example" and DeviceName != "host-044.example"
    ///   | where RemoteUrl != "relay-045.example" and DeviceName != "host-045.example"
    ///   | where RemoteUrl != "relay-046.example" and DeviceName != "host-046.example"
    ///   | where RemoteUrl != "relay-047.example" and DeviceName != "host-047.example"
    ///   | where RemoteUrl != "relay-048.example" and DeviceName != "host-048.example"
    ///   | where RemoteUrl != "relay-049.example" and DeviceName != "host-049.example"
    ///   | where RemoteUrl != "relay-050.example" and DeviceName != "host-050.example"
    ///   | where RemoteUrl != "relay-051.example" and DeviceName != "host-051.example"
    ///   | where RemoteUrl != "relay-052.example" and DeviceName != "host-052.example"
    ///   | where RemoteUrl != "relay-053.example" and DeviceName != "host-053.example"
    ///   | where RemoteUrl != "relay-054.example" and DeviceName != "host-054.example"
    ///   | where RemoteUrl != "relay-055.example" and DeviceName != "host-055.example"
    ///   | where RemoteUrl != "relay-056.example" and DeviceName != "host-056.example"
    ///   | where RemoteUrl != "relay-057.example" and DeviceName != "host-057.example"
    ///   | where RemoteUrl != "relay-058.example" and DeviceName != "host-058.example"
    ///   | where RemoteUrl != "relay-059.example" and DeviceName != "host-059.example"
    ///   | where RemoteUrl != "relay-060.example" and DeviceName != "host-060.example"
    ///   | where RemoteUrl != "relay-061.example" and DeviceName != "host-061.example"
    ///   | where RemoteUrl != "relay-062.example" and DeviceName != "host-062.example"
    ///   | where RemoteUrl != "relay-063.example" and DeviceName != "host-063.example"
    ///   | where RemoteUrl != "relay-064.example" and DeviceName != "host-064.example"
    ///   | where RemoteUrl != "relay-065.example" and DeviceName != "host-065.example"
    ///   | where RemoteUrl != "relay-066.example" and DeviceName != "host-066.example"
    ///   | where RemoteUrl != "relay-067.example" and DeviceName != "host-067.example"
    ///   | where RemoteUrl != "relay-068.example" and DeviceName != "host-068.example"
    ///   | where RemoteUrl != "relay-069.example" and DeviceName != "host-069.example"
    ///   | where RemoteUrl != "relay-070.example" and DeviceName != "host-070.example"
    ///   | where RemoteUrl != "relay-071.example" and DeviceName != "host-071.example"
    ///   | where RemoteUrl != "relay-072.example" and DeviceName != "host-072.example"
    ///   | where RemoteUrl != "relay-073.example" and DeviceName != "host-073.example"
    ///   | where RemoteUrl != "relay-074.example" and DeviceName != "host-074.example"
    ///   | where RemoteUrl != "relay-075.example" and DeviceName != "host-075.example"
    ///   | where RemoteUrl != "relay-076.example" and DeviceName != "host-076.example"
    ///   | where RemoteUrl != "relay-077.example" and DeviceName != "host-077.example"
    ///   | where RemoteUrl != "relay-078.example" and DeviceName != "host-078.example"
    ///   | where RemoteUrl != "relay-079.example" and DeviceName != "host-079.example"
    ///   | where RemoteUrl != "relay-080.example" and DeviceName != "host-080.example"
    ///   | where RemoteUrl != "relay-081.example" and DeviceName != "host-081.example"
    ///   | where RemoteUrl != "relay-082.example" and DeviceName != "host-082.example"
    ///   | where RemoteUrl != "relay-083.example" and DeviceName != "host-083.example"
    ///   | where RemoteUrl != "relay-084.example" and DeviceName != "host-084.example"
    ///   | where RemoteUrl != "relay-085.example" and DeviceName != "host-085.example"
    ///   | where RemoteUrl != "relay-086.example" and DeviceName != "host-086.example"
    ///   | where RemoteUrl != "relay-087.example" and DeviceName != "host-087.example"
    ///   | where RemoteUrl != "relay-088.example" and DeviceName != "host-088.example"
    ///   | where RemoteUrl != "relay-089.example" and DeviceName != "host-089.example"
    ///   | where RemoteUrl != "relay-090.example" and DeviceName != "host-090.example"
    ///   | where RemoteUrl != "relay-091.example" and DeviceName != "host-091.example"
    ///   | where RemoteUrl != "relay-092.example" and DeviceName != "host-092.example"
    ///   | where RemoteUrl != "relay-093.example" and DeviceName != "host-093.example"
    ///   | where RemoteUrl != "relay-094.example" and DeviceName != "host-094.example"
    ///   | where RemoteUrl != "relay-095.example" and DeviceName != "host-095.example"
    ///   | where RemoteUrl != "relay-096.example" and DeviceName != "host-096.example"
    ///   | where RemoteUrl != "relay-097.example" and DeviceName != "host-097.example"
    ///   | where RemoteUrl != "relay-098.example" and DeviceName != "host-098.example"
    ///   | where RemoteUrl != "relay-099.example" and DeviceName != "host-099.example"
    ///   | where RemoteUrl != "relay-100.example" and DeviceName != "host-100.example"
    ///   | where RemoteUrl != "relay-101.example" and DeviceName != "host-101.example"
    ///   | where RemoteUrl != "relay-102.example" and DeviceName != "host-102.example"
    ///   | where RemoteUrl != "relay-103.example" and DeviceName != "host-103.example"
    ///   | where RemoteUrl != "relay-104.example" and DeviceName != "host-104.example"
    ///   | where RemoteUrl != "relay-105.example" and DeviceName != "host-105.example"
    ///   | where RemoteUrl != "relay-106.example" and DeviceName != "host-106.example"
    ///   | where RemoteUrl != "relay-107.example" and DeviceName != "host-107.example"
    ///   | where RemoteUrl != "relay-108.example" and DeviceName != "host-108.example"
    ///   | where RemoteUrl != "relay-109.example" and DeviceName != "host-109.example"
    ///   | where RemoteUrl != "relay-110.example" and DeviceName != "host-110.example"
    ///   | where RemoteUrl != "relay-111.example" and DeviceName != "host-111.example"
    ///   | where RemoteUrl != "relay-112.example" and DeviceName != "host-112.example"
    ///   | where RemoteUrl != "relay-113.example" and DeviceName != "host-113.example"
    ///   | where RemoteUrl != "relay-114.example" and DeviceName != "host-114.example"
    ///   | where RemoteUrl != "relay-115.example" and DeviceName != "host-115.example"
    ///   | where RemoteUrl != "relay-116.example" and DeviceName != "host-116.example"
    ///   | where RemoteUrl != "relay-117.example" and DeviceName != "host-117.example"
    ///   | where RemoteUrl != "relay-118.example" and DeviceName != "host-118.example"
    ///   | where RemoteUrl != "relay-119.example" and DeviceName != "host-119.example"
    ///   | where RemoteUrl != "relay-120.example" and DeviceName != "host-120.example"
    ///   | where RemoteUrl != "relay-121.example" and DeviceName != "host-121.example"
    ///   | where RemoteUrl != "relay-122.example" and DeviceName != "host-122.example"
    ///   | where RemoteUrl != "relay-123.example" and DeviceName != "host-123.example"
    ///   | where RemoteUrl != "relay-124.example" and DeviceName != "host-124.example"
    ///   | where RemoteUrl != "relay-125.example" and DeviceName != "host-125.example"
    ///   | where RemoteUrl != "relay-126.example" and DeviceName != "host-126.example"
    ///   | where RemoteUrl != "relay-127.example" and DeviceName != "host-127.example"
    ///   | where RemoteUrl != "relay-128.example" and DeviceName != "host-128.example"
    ///   | where RemoteUrl != "relay-129.example" and DeviceName != "host-129.example"
    ///   | where RemoteUrl != "relay-130.example" and DeviceName != "host-130.example"
    ///   | where RemoteUrl != "relay-131.example" and DeviceName != "host-131.example"
    ///   | where RemoteUrl != "relay-132.example" and DeviceName != "host-132.example"
    ///   | where RemoteUrl != "relay-133.example" and DeviceName != "host-133.example"
    ///   | where RemoteUrl != "relay-134.example" and DeviceName != "host-134.example"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```yaml,valid
    /// id: 2c1b9a36-6a0c-4d53-9a0f-0c8f2f6f8a11
    /// name: Remote tool reached the internet
    /// description: Identifies hosts from which a remote management tool reached its relay.
    /// query: DeviceNetworkEvents | where RemoteUrl has "relay.example"
    /// ```
    ///
    /// ## References
    ///
    /// - <https://learn.microsoft.com/azure/sentinel/scheduled-rules-overview>
    /// - <https://github.com/Azure/Azure-Sentinel/tree/master/.script/tests/detectionTemplateSchemaValidation>
    pub(crate) QueryTooLong {
        id: "query-too-long",
        group: Query,
        severity: Error,
        blocks: Convert,
        gate: "detection-template-schema-validations",
        since: "0.1.0",
    }
}

impl Rule for QueryTooLong {
    fn check_template(&self, _: &Context<'_>, template: &Template<'_>, out: &mut Vec<Diagnostic>) {
        let text = template.common().query;
        if let Some((span, message)) = too_long(text, "query", limits::MAX_QUERY) {
            out.push(
                Self::at(span, message)
                    .help("Move long lists to a watchlist, and shared parts to a function."),
            );
        }
    }
}
