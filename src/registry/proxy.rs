//! Which proxy a host is asked through: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, as curl and Go read them.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::endpoint::{Scheme, without_port};

/// The address of the proxy for a host, if it has one. This machine is never asked through one.
pub(super) fn proxy_for(environment: &BTreeMap<String, String>, scheme: Scheme, host: &str) -> Option<String> {
    let name = without_port(host).trim_matches(['[', ']']).to_ascii_lowercase();
    let address = name.parse::<IpAddr>().ok();
    if name == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return None;
    }
    let get = |names: [&str; 2]| {
        names.iter().find_map(|name| environment.get(*name)).map(|value| value.trim()).filter(|value| !value.is_empty())
    };
    let proxy = match scheme {
        Scheme::Https => get(["https_proxy", "HTTPS_PROXY"]),
        // A CGI script's `HTTP_PROXY` is a header of its visitor.
        Scheme::Http if environment.contains_key("REQUEST_METHOD") => get(["http_proxy", "http_proxy"]),
        Scheme::Http => get(["http_proxy", "HTTP_PROXY"]),
    }?;
    let excepted = get(["no_proxy", "NO_PROXY"]).unwrap_or_default();
    let is_excepted = excepted.split(',').map(str::trim).any(|entry| covers(entry, host, &name, address));
    if is_excepted {
        return None;
    }
    Some(if proxy.contains("://") { proxy.to_owned() } else { format!("http://{proxy}") })
}

/// Whether an entry of `NO_PROXY` is about a host.
fn covers(entry: &str, host: &str, name: &str, address: Option<IpAddr>) -> bool {
    let entry = entry.to_ascii_lowercase();
    if entry.is_empty() {
        return false;
    }
    if entry == "*" || entry == host.to_ascii_lowercase() {
        return true;
    }
    if let (Some((network, bits)), Some(address)) = (entry.split_once('/'), address) {
        return network
            .parse()
            .ok()
            .zip(bits.parse().ok())
            .is_some_and(|(network, bits)| is_inside(address, network, bits));
    }
    let domain = entry.strip_prefix("*.").or_else(|| entry.strip_prefix('.')).unwrap_or(&entry);
    name == domain || name.strip_suffix(domain).is_some_and(|before| before.ends_with('.') && address.is_none())
}

fn is_inside(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    let (address, network, width) = match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(n)) => (u128::from(u32::from(a)), u128::from(u32::from(n)), 32),
        (IpAddr::V6(a), IpAddr::V6(n)) => (u128::from(a), u128::from(n), 128),
        _ => return false,
    };
    match width.cmp(&bits) {
        std::cmp::Ordering::Less => false,
        _ if bits == 0 => true,
        _ => address >> (width - bits) == network >> (width - bits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_through_the_proxy_of_its_scheme_unless_it_is_excepted() {
        let environment: BTreeMap<String, String> = [
            ("HTTPS_PROXY", "http://proxy.example.com:3128"),
            ("http_proxy", "proxy.example.com:8080"),
            ("NO_PROXY", "internal.example.com, .corp , 10.0.0.0/8,registry.example.com:5000"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let proxy = |scheme, host| proxy_for(&environment, scheme, host);
        assert_eq!(proxy(Scheme::Https, "ghcr.io").as_deref(), Some("http://proxy.example.com:3128"));
        assert_eq!(proxy(Scheme::Http, "ghcr.io").as_deref(), Some("http://proxy.example.com:8080"));
        for excepted in [
            "localhost:5000",
            "127.0.0.1:5000",
            "[::1]:5000",
            "internal.example.com:443",
            "a.internal.example.com",
            "r.corp",
            "10.9.8.7:5000",
            "registry.example.com:5000",
        ] {
            assert_eq!(proxy(Scheme::Https, excepted), None, "{excepted}");
        }
        for asked in ["registry.example.com", "notinternal.example.com", "11.0.0.1"] {
            assert!(proxy(Scheme::Https, asked).is_some(), "{asked}");
        }
        assert_eq!(proxy_for(&BTreeMap::new(), Scheme::Https, "ghcr.io"), None);
    }
}
