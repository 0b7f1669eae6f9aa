//! Images that do what they are for only with a power that others should not have: a finding about it is a note.
//!
//! Each has the page of its makers that asks for it. The list was written down in November 2026; an image that is not in
//! it is judged like any other.

use crate::bases::Reference;
use crate::report::Severity;

use super::subject::Service;

/// A power over the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::check) enum Need {
    /// The network of the host.
    Network,
    /// Its processes, or another namespace of it.
    Namespace,
    /// Its files and devices, to read.
    Files,
    /// The socket of the engine, to hand on a part of its calls.
    Socket,
    /// Capabilities.
    Capabilities,
    /// The start as root.
    Root,
}

use Need::{Capabilities, Files, Namespace, Network, Root, Socket};

struct Image {
    /// The last part of its repository, or the last two: mirrors keep them.
    name: &'static str,
    needs: &'static [Need],
    /// The page that asks for it.
    source: &'static str,
}

const fn image(name: &'static str, needs: &'static [Need], source: &'static str) -> Image {
    Image { name, needs, source }
}

static IMAGES: &[Image] = &[
    // what hands on a part of the engine's calls
    image("tecnativa/docker-socket-proxy", &[Socket, Root], "https://github.com/Tecnativa/docker-socket-proxy"),
    image("linuxserver/socket-proxy", &[Socket, Root], "https://docs.linuxserver.io/images/docker-socket-proxy/"),
    image("wollomatic/socket-proxy", &[Socket], "https://github.com/wollomatic/socket-proxy"),
    image("11notes/socket-proxy", &[Socket], "https://github.com/11notes/docker-socket-proxy"),
    // what watches the host
    image("node-exporter", &[Network, Namespace, Files], "https://github.com/prometheus/node_exporter#docker"),
    image("node_exporter", &[Network, Namespace, Files], "https://github.com/prometheus/node_exporter#docker"),
    image(
        "cadvisor",
        &[Files, Namespace],
        "https://github.com/google/cadvisor#quick-start-running-cadvisor-in-a-docker-container",
    ),
    image("datadog/agent", &[Files, Namespace, Capabilities], "https://docs.datadoghq.com/containers/docker/"),
    image("datadog/docker-dd-agent", &[Files, Namespace], "https://docs.datadoghq.com/containers/docker/"),
    image("telegraf", &[Files, Network], "https://docs.influxdata.com/telegraf/v1/install/"),
    image("grafana/promtail", &[Files], "https://grafana.com/docs/loki/latest/send-data/promtail/installation/"),
    image("grafana/alloy", &[Files, Namespace], "https://grafana.com/docs/alloy/latest/set-up/install/docker/"),
    image("fluent/fluent-bit", &[Files], "https://docs.fluentbit.io/manual/installation/docker"),
    image("timberio/vector", &[Files], "https://vector.dev/docs/setup/installation/platforms/docker/"),
    image("filebeat", &[Files, Root], "https://www.elastic.co/docs/reference/beats/filebeat/running-on-docker"),
    image(
        "metricbeat",
        &[Files, Network, Root],
        "https://www.elastic.co/docs/reference/beats/metricbeat/running-on-docker",
    ),
    image("opentelemetry-collector-contrib", &[Files], "https://opentelemetry.io/docs/collector/install/docker/"),
    image(
        "netdata/netdata",
        &[Files, Network, Namespace, Capabilities],
        "https://learn.netdata.cloud/docs/netdata-agent/installation/docker",
    ),
    image("nicolargo/glances", &[Namespace, Network, Files], "https://glances.readthedocs.io/en/latest/docker.html"),
    image("henrygd/beszel-agent", &[Network, Files], "https://beszel.dev/guide/agent-installation"),
    image("analogj/scrutiny", &[Files, Capabilities], "https://github.com/AnalogJ/scrutiny#docker"),
    image("dcgm-exporter", &[Capabilities], "https://github.com/NVIDIA/dcgm-exporter"),
    image("falcosecurity/falco", &[Files, Capabilities, Namespace], "https://falco.org/docs/setup/container/"),
    // what is found by broadcasts, or serves the whole network
    image("home-assistant", &[Network], "https://www.home-assistant.io/installation/linux#docker-compose"),
    image(
        "homeassistant/home-assistant",
        &[Network],
        "https://www.home-assistant.io/installation/linux#docker-compose",
    ),
    image(
        "home-assistant/home-assistant",
        &[Network],
        "https://www.home-assistant.io/installation/linux#docker-compose",
    ),
    image(
        "homebridge/homebridge",
        &[Network],
        "https://github.com/homebridge/homebridge/wiki/Install-Homebridge-on-Docker",
    ),
    image("plexinc/pms-docker", &[Network], "https://github.com/plexinc/pms-docker"),
    image("linuxserver/plex", &[Network], "https://docs.linuxserver.io/images/docker-plex/"),
    image("linuxserver/duckdns", &[Network], "https://docs.linuxserver.io/images/docker-duckdns/"),
    image("pihole/pihole", &[Network, Capabilities], "https://docs.pi-hole.net/docker/"),
    image("adguard/adguardhome", &[Network, Capabilities], "https://github.com/AdguardTeam/AdGuardHome/wiki/Docker"),
    image("osixia/keepalived", &[Network, Capabilities], "https://github.com/osixia/docker-keepalived"),
    image("coturn/coturn", &[Network], "https://github.com/coturn/coturn/blob/master/docker/coturn/README.md"),
    image("livekit/livekit-server", &[Network], "https://docs.livekit.io/home/self-hosting/vm/"),
    image("livekit/egress", &[Network, Capabilities], "https://docs.livekit.io/home/self-hosting/egress/"),
    image("livekit/ingress", &[Network], "https://docs.livekit.io/home/self-hosting/ingress/"),
    // tunnels
    image("wg-easy/wg-easy", &[Capabilities], "https://wg-easy.github.io/wg-easy/"),
    image("weejewel/wg-easy", &[Capabilities], "https://wg-easy.github.io/wg-easy/"),
    image("wireguard", &[Capabilities, Files], "https://docs.linuxserver.io/images/docker-wireguard/"),
    image("tailscale/tailscale", &[Capabilities, Network], "https://tailscale.com/kb/1282/docker"),
    image("zerotier/zerotier", &[Capabilities, Network], "https://docs.zerotier.com/docker/"),
    image("netbirdio/netbird", &[Capabilities, Network], "https://docs.netbird.io/how-to/installation/docker"),
    image("qmcgaw/gluetun", &[Capabilities], "https://github.com/qdm12/gluetun-wiki"),
    image("kylemanna/openvpn", &[Capabilities], "https://github.com/kylemanna/docker-openvpn"),
    image("openvpn/openvpn-as", &[Capabilities], "https://openvpn.net/as-docs/docker.html"),
    image("fosrl/gerbil", &[Capabilities], "https://docs.pangolin.net/self-host/manual/docker-compose"),
    image("fosrl/newt", &[Capabilities], "https://docs.pangolin.net/manage/sites/install-site"),
    image("haugene/transmission-openvpn", &[Capabilities], "https://haugene.github.io/docker-transmission-openvpn/"),
    // what looks at packets
    image("jasonish/suricata", &[Network, Capabilities], "https://github.com/jasonish/docker-suricata"),
    image("crazymax/fail2ban", &[Network, Capabilities], "https://github.com/crazy-max/docker-fail2ban"),
    image("linuxserver/fail2ban", &[Network, Capabilities], "https://docs.linuxserver.io/images/docker-fail2ban/"),
    image("nicolaka/netshoot", &[Network, Capabilities], "https://github.com/nicolaka/netshoot"),
    // what locks its memory, or mounts
    image("hashicorp/vault", &[Capabilities], "https://hub.docker.com/r/hashicorp/vault"),
    image("library/vault", &[Capabilities], "https://hub.docker.com/r/hashicorp/vault"),
    image("openbao/openbao", &[Capabilities], "https://hub.docker.com/r/openbao/openbao"),
    image("rclone/rclone", &[Capabilities], "https://rclone.org/install/#docker"),
    // models that share memory between processes on a GPU
    image("vllm/vllm-openai", &[Namespace], "https://docs.vllm.ai/en/stable/deployment/docker.html"),
    image("lmsysorg/sglang", &[Namespace], "https://docs.sglang.ai/get_started/install.html"),
    // engines in containers
    image("library/docker", &[Capabilities, Root], "https://hub.docker.com/_/docker"),
    image("rancher/k3s", &[Capabilities, Files, Root], "https://docs.k3s.io/advanced#running-k3s-in-docker"),
];

/// The page that asks for it, if the image needs this power.
#[must_use]
pub(in crate::check) fn why(reference: &Reference, need: Need) -> Option<&'static str> {
    let repository = reference.repository.as_str();
    let is_it = |image: &&Image| {
        repository.strip_suffix(image.name).is_some_and(|before| before.is_empty() || before.ends_with('/'))
            && image.needs.contains(&need)
    };
    IMAGES.iter().find(is_it).map(|image| image.source)
}

impl Service<'_> {
    /// How bad such a power is here, and what to say if the image cannot be without it.
    pub(in crate::check) fn power(&self, severity: Severity, need: Need) -> (Severity, Option<String>) {
        match self.reference().and_then(|reference| why(&reference, need)) {
            Some(source) => (
                Severity::Note,
                Some(format!("its image asks for it ({source}): keep it up to date, and reach it from nowhere else")),
            ),
            None => (self.level(severity), None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_known_by_its_name_at_any_registry() {
        let needs = |image: &str, need| why(&Reference::parse(image).expect(image), need).is_some();
        assert!(needs("prom/node-exporter:v1.10.0", Network));
        assert!(needs("quay.io/prometheus/node-exporter:v1.10.0", Files));
        assert!(needs("docker:29-dind", Root));
        assert!(!needs("example.com/my-node-exporter:1", Network));
        assert!(!needs("grafana/grafana:12.0.0", Files));
        assert!(!needs("tecnativa/docker-socket-proxy:v0.4.1", Network));
    }

    #[test]
    fn every_image_has_its_page() {
        assert!(IMAGES.iter().all(|image| image.source.starts_with("https://") && !image.needs.is_empty()));
    }
}
