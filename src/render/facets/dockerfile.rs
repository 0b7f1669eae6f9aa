//! The facets of a Dockerfile.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Rendered;
use crate::dockerfile::{
    Base, Dockerfile, Healthcheck, Image, Kind, Mount, Setting, Stage, Stages, nanoseconds, parse,
};
use crate::plan::{Health, Plan};
use crate::report::Diagnostic;

type Checked = Result<(), Diagnostic>;

/// The variables that a template may set beside the plan's: it puts the folder of its program before the image's.
const OF_TEMPLATES: [&str; 1] = ["PATH"];

/// The options of a secret mount that every builder knows; `env=` is none of them.
const SECRET_OPTIONS: [&str; 7] = ["type", "id", "target", "required", "uid", "gid", "mode"];

pub(super) fn check(plan: &Plan, rendered: Rendered<'_>) -> Checked {
    let file = parse(rendered.text);
    let stages = file.stages();
    rendered.same("syntax", &file.directive("syntax"), &Some(plan.images.frontend.as_str()), None)?;
    images(plan, rendered, &file, &stages)?;
    mounts(plan, rendered, &file)?;
    let Some(last) = stages.final_stage() else { return rendered.holds(false, None, "there is no stage") };
    let facets = Final { rendered, file: &file, image: stages.image(last.index) };
    facets.program(plan)?;
    facets.texts(plan)?;
    facets.health(plan.runtime.health.as_ref())
}

/// Where an instruction stands.
fn span(file: &Dockerfile, instruction: usize) -> Option<Range<usize>> {
    file.instructions.get(instruction).map(|instruction| instruction.span.clone())
}

/// Each stage is FROM an image of the plan; `deps` and `build` are there where the plan has them, `runtime` is last.
fn images(plan: &Plan, rendered: Rendered<'_>, file: &Dockerfile, stages: &Stages<'_>) -> Checked {
    let build = plan.images.build.as_str();
    let runtime = plan.images.runtime.as_str();
    let mut known: BTreeSet<&str> = BTreeSet::from([build, runtime]);
    known.extend(plan.images.more.0.values().flatten().map(|image| image.as_str()));
    let name = |base: &Base| match base {
        Base::Scratch => "scratch".to_owned(),
        Base::Image(image) | Base::Unknown(image) => image.clone(),
        Base::Stage(index) => format!("stage {index}"),
    };
    for stage in &stages.stages {
        let references = stage.references.iter().map(|reference| (&reference.target, Some(reference.span.clone())));
        for (base, at) in std::iter::once((&stage.base, span(file, stage.from))).chain(references) {
            let planned = matches!(base, Base::Stage(_)) || known.contains(name(base).as_str());
            rendered.holds(planned, at, format!("image: the plan has no `{}`", name(base)))?;
        }
    }
    let from = |stage: &Stage| stages.root(stage.index).map(name).unwrap_or_default();
    // a project without a package manager has nothing to install
    for (wanted, needed) in [("deps", plan.manager.is_some()), ("build", plan.recipe.built)] {
        match stages.find(wanted) {
            Some(stage) => {
                rendered.same(
                    &format!("image of stage `{wanted}`"),
                    &from(stage).as_str(),
                    &build,
                    span(file, stage.from),
                )?;
            }
            None => rendered.holds(!needed, None, format!("stage: there is no `{wanted}`"))?,
        }
    }
    dev(plan, rendered, file, stages)?;
    let last = stages.final_stage();
    let at = last.and_then(|stage| span(file, stage.from));
    rendered.same("last stage", &last.and_then(|stage| stage.name.as_deref()), &Some("runtime"), at.clone())?;
    rendered.same("image of stage `runtime`", &last.map(from).unwrap_or_default().as_str(), &runtime, at)
}

/// The stage `dev` is there exactly if the plan has one; it runs as the same user, and what runs in it is the plan's.
fn dev(plan: &Plan, rendered: Rendered<'_>, file: &Dockerfile, stages: &Stages<'_>) -> Checked {
    let planned = plan.dev.as_ref().filter(|dev| !dev.rebuild);
    let (Some(stage), Some(dev)) = (stages.find("dev"), planned) else {
        let at = stages.find("dev").and_then(|stage| span(file, stage.from));
        let same = stages.find("dev").is_some() == planned.is_some();
        return rendered.holds(same, at, "stage: `dev` is there or missing, and the plan says otherwise");
    };
    rendered.holds(
        stages.final_stage().is_some_and(|last| last.index != stage.index),
        None,
        "stage: `dev` is the last",
    )?;
    let image = stages.image(stage.index);
    let at = |setting: Option<usize>| setting.and_then(|instruction| span(file, instruction));
    let user = image.user.as_ref();
    let planned = format!("{}:{}", plan.runtime.user.uid, plan.runtime.user.gid);
    rendered.same(
        "user of stage `dev`",
        &user.map(|user| user.value.as_str()),
        &Some(planned.as_str()),
        at(user.map(|user| user.instruction)),
    )?;
    let said =
        |setting: &Option<Setting<Vec<String>>>| setting.as_ref().map(|set| set.value.clone()).unwrap_or_default();
    let found: Vec<String> = said(&image.entrypoint).into_iter().chain(said(&image.cmd)).collect();
    let planned: Vec<String> = dev.entrypoint.iter().chain(&dev.arguments).map(ToString::to_string).collect();
    rendered.same("command of stage `dev`", &found, &planned, at(image.entrypoint.as_ref().map(|set| set.instruction)))
}

/// Every credential of the plan is mounted as a file, and no other.
fn mounts(plan: &Plan, rendered: Rendered<'_>, file: &Dockerfile) -> Checked {
    let mut missing: BTreeSet<&str> = plan.recipe.mounts.iter().map(|mount| mount.id.as_str()).collect();
    let mut ssh = plan.recipe.ssh;
    let runs = file.instructions.iter().filter_map(|instruction| match &instruction.kind {
        Kind::Run(run) => Some(&run.mounts),
        _ => None,
    });
    for mount in runs.flatten() {
        let at = Some(mount.span.clone());
        match mount.kind() {
            "ssh" => {
                rendered.holds(plan.recipe.ssh, at, "mount: the plan has no SSH agent")?;
                ssh = false;
            }
            "secret" => {
                missing.remove(mount.id().unwrap_or_default());
                secret(plan, rendered, mount)?;
            }
            _ => {}
        }
    }
    rendered.holds(!ssh, None, "mount: the SSH agent of the plan is mounted nowhere")?;
    match missing.first() {
        // the template may be right: this project has nothing that would need it
        Some(id) => Err(Diagnostic::error(format!("no step of the build takes the secret `{id}`"))
            .at(rendered.file, rendered.text, 0..0)
            .label(format!("made by the template `{}`", rendered.template))
            .help("take it out of `build.secrets`: the project has no dependencies that are fetched with it")),
        None => Ok(()),
    }
}

fn secret(plan: &Plan, rendered: Rendered<'_>, mount: &Mount) -> Checked {
    let at = Some(mount.span.clone());
    let id = mount.id().unwrap_or_default();
    let Some(planned) = plan.recipe.mounts.iter().find(|planned| planned.id.as_str() == id) else {
        return rendered.holds(false, at, format!("mount: the plan has no secret `{id}`"));
    };
    let foreign = mount.options.iter().find(|(name, _)| !SECRET_OPTIONS.contains(&name.as_str()));
    rendered.holds(
        foreign.is_none(),
        at.clone(),
        format!("mount: a secret is a file, without `{}`", foreign.map_or("", |(name, _)| name.as_str())),
    )?;
    let target = planned.target.as_ref().map(|target| target.as_str());
    rendered.same(&format!("target of the secret `{id}`"), &mount.target(), &target, at.clone())?;
    rendered.same(&format!("`required` of the secret `{id}`"), &mount.is_on("required"), &planned.required, at)
}

/// The configuration of the image, and where each part of it is said.
struct Final<'a> {
    rendered: Rendered<'a>,
    file: &'a Dockerfile,
    image: Image,
}

impl Final<'_> {
    fn at<T>(&self, setting: Option<&Setting<T>>) -> Option<Range<usize>> {
        setting.and_then(|setting| span(self.file, setting.instruction))
    }

    fn program(&self, plan: &Plan) -> Checked {
        let (image, runtime) = (&self.image, &plan.runtime);
        let words = |lines: &[crate::spec::values::Line]| -> Vec<String> {
            lines.iter().map(|line| line.as_str().to_owned()).collect()
        };
        let said = |setting: &Option<Setting<Vec<String>>>| {
            setting.as_ref().map(|setting| setting.value.clone()).unwrap_or_default()
        };
        let entrypoint = self.at(image.entrypoint.as_ref());
        self.rendered.same("entry point", &said(&image.entrypoint), &words(&runtime.entrypoint), entrypoint)?;
        self.rendered.same("command", &said(&image.cmd), &words(&runtime.arguments), self.at(image.cmd.as_ref()))?;
        let user = image.user.as_ref();
        let planned = format!("{}:{}", runtime.user.uid, runtime.user.gid);
        self.rendered.same("user", &user.map(|user| user.value.as_str()), &Some(planned.as_str()), self.at(user))?;
        let folder = image.workdir.as_ref();
        let planned = Some(plan.home.as_str());
        self.rendered.same("folder", &folder.map(|folder| folder.value.as_str()), &planned, self.at(folder))?;
        let ports: Vec<&str> = image.expose.keys().map(String::as_str).collect();
        let planned = runtime.port.map(|port| format!("{port}/tcp"));
        let planned: Vec<&str> = planned.as_deref().into_iter().collect();
        self.rendered.same("port", &ports, &planned, self.at(image.expose.values().next()))?;
        let volume = image.volumes.iter().next();
        let label = "volume: the plan names its volume in compose.yaml, not in the image";
        self.rendered.holds(volume.is_none(), volume.and_then(|(_, setting)| self.at(Some(setting))), label)
    }

    /// Environment and labels: the plan's, and no other.
    fn texts(&self, plan: &Plan) -> Checked {
        let env = plan.runtime.env.iter().map(|pair| (pair.name.as_str(), pair.value.as_str()));
        self.pairs("variable", &self.image.env, env.collect(), &OF_TEMPLATES)?;
        let labels = plan.runtime.labels.iter().map(|pair| (pair.name.as_str(), pair.value.as_str()));
        self.pairs("label", &self.image.labels, labels.collect(), &[])
    }

    fn pairs(
        &self,
        what: &str,
        found: &BTreeMap<String, Setting<String>>,
        planned: BTreeMap<&str, &str>,
        free: &[&str],
    ) -> Checked {
        for (name, value) in &planned {
            let setting = found.get(*name);
            let said = setting.map(|setting| setting.value.as_str());
            self.rendered.same(&format!("{what} `{name}`"), &said, &Some(*value), self.at(setting))?;
        }
        let other =
            found.iter().find(|(name, _)| !planned.contains_key(name.as_str()) && !free.contains(&name.as_str()));
        match other {
            Some((name, setting)) => {
                self.rendered.holds(false, self.at(Some(setting)), format!("{what}: the plan has no `{name}`"))
            }
            None => Ok(()),
        }
    }

    fn health(&self, planned: Option<&Health>) -> Checked {
        let setting = self.image.healthcheck.as_ref();
        let at = self.at(setting);
        let (form, times, found_retries) = match (setting.map(|setting| &setting.value), planned) {
            (Some(Healthcheck::None), None) => return Ok(()),
            (Some(Healthcheck::Cmd { form, interval, timeout, start_period, start_interval, retries }), Some(_)) => {
                (form, [*interval, *timeout, *start_period, *start_interval], *retries)
            }
            (_, None) => return self.rendered.holds(false, at, "health: the plan has no check, and nothing says NONE"),
            (_, Some(_)) => {
                return self.rendered.holds(false, at, "health: the plan has a check, and the file has none");
            }
        };
        let Some(planned) = planned else { return Ok(()) };
        let argv: Vec<&str> = planned.argv.iter().map(|word| word.as_str()).collect();
        self.rendered.same("command of the health check", &form.exec().unwrap_or_default(), &argv, at.clone())?;
        let of = [&planned.interval, &planned.timeout, &planned.start_period, &planned.start_interval];
        for ((name, found), planned) in
            ["interval", "timeout", "start-period", "start-interval"].iter().zip(times).zip(of)
        {
            let planned = nanoseconds(planned.as_str());
            self.rendered.same(&format!("--{name} of the health check"), &found, &planned, at.clone())?;
        }
        self.rendered.same("--retries of the health check", &found_retries, &Some(planned.retries), at)
    }
}
