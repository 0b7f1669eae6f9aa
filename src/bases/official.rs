//! The official images of Docker Hub: the only ones there whose names have no folder.

/// Every image that has or had a file in `library/` of docker-library/official-images (21 August 2026, with its
/// history: what is retired can still be pulled). In the order of their bytes.
#[rustfmt::skip]
const OFFICIAL: &[&str] = &[
    "adminer", "adoptopenjdk", "aerospike", "almalinux", "alpine", "alt", "amazoncorretto", "amazonlinux",
    "api-firewall", "arangodb", "archlinux", "azul-zulu", "backdrop", "bash", "bonita", "buildpack-deps", "busybox",
    "caddy", "cassandra", "celery", "centos", "chronograf", "cirros", "clearlinux", "clefos", "clickhouse",
    "clojure", "composer", "consul", "convertigo", "couchbase", "couchdb", "couchdb-nouveau", "crate", "crux",
    "dart", "debian", "django", "docker", "docker-dev", "drupal", "eclipse-mosquitto", "eclipse-temurin", "eggdrop",
    "elasticsearch", "elixir", "emqx", "erlang", "espocrm", "euleros", "express-gateway", "fedora", "flink",
    "fluentd", "friendica", "fsharp", "gazebo", "gcc", "geonetwork", "ghost", "glassfish", "golang", "gradle",
    "groovy", "haproxy", "haskell", "haxe", "hello-seattle", "hello-world", "hipache", "hitch", "hola-mundo",
    "httpd", "hylang", "ibm-semeru-runtimes", "ibmjava", "influxdb", "iojs", "irssi", "java", "jenkins", "jetty",
    "jobber", "joomla", "jruby", "julia", "kaazing-gateway", "kapacitor", "kibana", "known", "kong", "krakend",
    "lightstreamer", "lightstreamer-server", "liquibase", "logstash", "mageia", "mariadb", "matomo", "maven",
    "mediawiki", "memcached", "mongo", "mongo-express", "monica", "mono", "mosquitto", "mysql", "nats",
    "nats-streaming", "neo4j", "neurodebian", "nextcloud", "nginx", "nim", "node", "notary", "notary-server",
    "notary-signer", "nuxeo", "odoo", "open-liberty", "openjdk", "opensuse", "oraclelinux", "orientdb", "owncloud",
    "percona", "perl", "photon", "php", "php-zendserver", "phpmyadmin", "piwik", "plone", "postfixadmin",
    "postgres", "pypy", "python", "r-base", "rabbitmq", "rails", "rakudo-star", "rapidoid", "redis", "redmine",
    "registry", "rethinkdb", "rocket.chat", "rockylinux", "ros", "ruby", "rust", "sapmachine", "satosa", "sentry",
    "silverpeas", "sl", "solr", "sonarqube", "sourcemage", "spark", "spiped", "storm", "swarm", "swift", "swipl",
    "teamspeak", "telegraf", "thrift", "tomcat", "tomee", "traefik", "ubuntu", "ubuntu-debootstrap",
    "ubuntu-upstart", "unit", "varnish", "vault", "websphere-liberty", "wordpress", "xwiki", "yourls", "zend-php",
    "znc", "zookeeper",
];

/// Whether Docker Hub has an official image `name`, without `library/` and tag: `nginx`.
#[must_use]
pub fn is_official(name: &str) -> bool {
    OFFICIAL.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{OFFICIAL, is_official};
    use crate::bases::BASES;

    #[test]
    fn the_list_is_in_order() {
        assert!(OFFICIAL.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(is_official("nginx") && is_official("centos") && is_official("adminer"));
        assert!(!is_official("etcd-server") && !is_official("library") && !is_official(""));
    }

    #[test]
    fn every_official_image_that_the_catalog_knows_is_one() {
        let names = BASES
            .iter()
            .flat_map(|base| base.images.iter())
            .filter_map(|image| image.strip_prefix("docker.io/library/"))
            // `scratch` is a word of the builder's: nobody can pull it.
            .filter(|name| !name.contains('*') && *name != "scratch");
        let unknown: Vec<&str> = names.filter(|name| !is_official(name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
