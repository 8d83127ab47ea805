//! Phases and what is set on a bench.

use super::phases::split;
use super::{Converted, Report};
use crate::cli::{ConvertArgs, MeshChoice};
use crate::config::{Loaded, Override};
use crate::error::{Error, Problem};
use crate::record::drive::{
    Given, GivenRow, drive_csv, drive_npz, drive_rows, places, read_drive_csv,
};
use crate::record::mesh_phases::{MAX_PORTS, mesh_phases_bytes, read_mesh_phases};
use crate::wiring::process;
use photonics::interchange::drive::{Drive, DriveError};
use photonics::process::heater::{HeaterLaw, HeaterProcess};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Phases beyond full scale that are named one by one.
const NAMED: usize = 3;

/// An experiment that says nothing but what has no default.
const NOTHING: &str = "name = \"convert\"\ndata.set = \"digits\"\n";

pub(super) fn write(args: &ConvertArgs, mesh: &MeshChoice) -> Converted {
    let (heater, drive) = heater(args)?;
    let layer = args.layer.unwrap_or(0).into();
    let stored = read_mesh_phases(&args.input, layer, |ports| {
        mesh.topology(ports, args.extra_columns)
    })?;
    let topology = stored.topology;
    let rows = drive_rows(&topology, &stored.phases_rad, &drive);
    let csv = args
        .output
        .extension()
        .is_some_and(|x| x.eq_ignore_ascii_case("csv"));
    let bytes = match csv {
        true => drive_csv(layer, &rows),
        false => drive_npz(layer, topology.columns(), &rows),
    }
    .map_err(|error| Error::failed("the settings cannot be written", error, ""))?;
    let (ports, mzis) = (topology.ports(), topology.mzis());
    let clipped: Vec<_> = rows.iter().filter(|row| row.setting.clipped).collect();
    // What the converter makes of a phase that it can reach, the short way round.
    let reached = rows.iter().filter(|row| !row.setting.clipped);
    let worst = reached
        .map(|row| {
            let off = (row.setting.set_rad - row.phase_rad).rem_euclid(std::f64::consts::TAU);
            off.min(std::f64::consts::TAU - off)
        })
        .fold(0.0, f64::max);
    let power_w: Option<f64> = rows.iter().map(|row| row.setting.power_w).sum();
    let mut report = Report::default();
    report
        .line(
            "mesh",
            format!("{}: {ports} ports, {}", topology.name(), topology.parts()),
        )
        .line("heaters", described(args, &heater, &drive));
    if let Some(power_w) = power_w {
        report.line(
            "power",
            format!("{:.4} W of all {} heaters", power_w, rows.len()),
        );
    }
    report.line("rounding", format!("{worst:.1e} rad at most"));
    let mut beyond = match clipped.len() {
        0 => "none".to_owned(),
        some => format!(
            "{some} of {} phases are beyond full scale, which is set instead",
            rows.len()
        ),
    };
    for (index, row) in clipped.iter().take(NAMED).enumerate() {
        let start = if index == 0 { ": " } else { ", " };
        beyond.push_str(start);
        beyond.push_str(&row.place.described());
    }
    if clipped.len() > NAMED {
        beyond.push_str(", ..");
    }
    report.line("out of range", beyond);
    report
        .line("file", args.output.display())
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("full_scale_rad", heater.full_scale_rad)
        .key("full_scale_w", drive.full_scale_w())
        .key("full_scale_v", drive.full_scale_v())
        .key("largest_code", heater.largest_code())
        .key("power_w", power_w)
        .key("largest_rounding_rad", worst)
        .key("clipped", clipped.len())
        .key("output", args.output.display().to_string());
    Ok((bytes, report))
}

pub(super) fn read(args: &ConvertArgs, mesh: &MeshChoice) -> Converted {
    let (heater, drive) = heater(args)?;
    let rows = read_drive_csv(&args.input)?;
    let layer: usize = args.layer.unwrap_or(0).into();
    let rows: Vec<_> = rows.into_iter().filter(|row| row.layer == layer).collect();
    let file = args.input.display();
    let ports = rows.iter().filter(|row| row.place.is_output()).count();
    if ports == 0 || ports as u64 > MAX_PORTS {
        let why = format!("{ports} rows of gamma in layer {layer}, one per port, 1 to {MAX_PORTS}");
        return Err(Problem::of(file, why, "give every heater of one layer a row").into());
    }
    let topology = mesh.topology(ports, args.extra_columns)?;
    if topology.ports() != ports {
        let why = format!(
            "{ports} rows of gamma in layer {layer}, the mesh {mesh} has {} ports",
            topology.ports()
        );
        return Err(Problem::of(file, why, "look whether --mesh is right").into());
    }
    let places = places(&topology);
    let numbers: BTreeMap<_, _> = places
        .iter()
        .enumerate()
        .filter_map(|(i, place)| Some(((*place)?, i)))
        .collect();
    // 0 where there is no heater.
    let mut phases_rad: Vec<_> = places
        .iter()
        .map(|place| place.is_none().then_some(0.0))
        .collect();
    for row in &rows {
        let problem =
            |why: String, help: &str| Problem::of(format!("{file}:{}", row.line), why, help);
        let described = row.place.described();
        let Some(&number) = numbers.get(&row.place) else {
            let why = format!(
                "a {} mesh of {ports} ports has no {described}",
                topology.name()
            );
            return Err(problem(why, "look whether --mesh is right").into());
        };
        let phase = phase(&drive, row).map_err(|error| {
            let help = match error {
                DriveError::NoResistance => {
                    "add --heater-ohm, state process.heater.resistance_ohm, or give codes"
                }
                DriveError::Code { .. } | DriveError::NoConverter => {
                    "look whether --process is right"
                }
                _ => "look whether --process and --heater-ohm are right",
            };
            problem(format!("{described}: {error}"), help)
        })?;
        if phases_rad[number].replace(phase).is_some() {
            let why = format!("a second row of {described}");
            return Err(problem(why, "remove one of them").into());
        }
    }
    let phases_rad: Vec<f64> = phases_rad
        .into_iter()
        .zip(&places)
        .map(|(phase, place)| {
            phase.ok_or_else(|| {
                let place = place.map(|place| place.described()).unwrap_or_default();
                let why = format!("{place} has no row");
                Problem::of(&file, why, "give every heater of one layer a row")
            })
        })
        .collect::<Result<_, _>>()?;
    let bytes = mesh_phases_bytes(split(&topology, &phases_rad)?, None)
        .map_err(|error| Error::failed("the phases cannot be written", error, ""))?;
    let mzis = topology.mzis();
    let mut report = Report::default();
    report
        .line(
            "mesh",
            format!("{}: {ports} ports, {}", topology.name(), topology.parts()),
        )
        .line("heaters", described(args, &heater, &drive))
        .line(
            "phases",
            format!(
                "{}: {mzis} theta, {mzis} phi, {ports} gamma in rad",
                args.output.display()
            ),
        )
        .key("mesh", topology.name())
        .key("ports", ports)
        .key("mzis", mzis)
        .key("output", args.output.display().to_string());
    Ok((bytes, report))
}

fn phase(drive: &Drive, row: &GivenRow) -> Result<f64, DriveError> {
    match row.given {
        Given::Code(code) => drive.phase_of_code(code),
        Given::Volt(volt) => drive.phase_of_volt(volt),
        Given::Power(power_w) => drive.phase_of_power(power_w),
    }
}

/// The nominal heater of the process, with something to be set.
fn heater(args: &ConvertArgs) -> Result<(HeaterProcess, Drive), Error> {
    let name = args.process.as_deref().unwrap_or_default();
    let config = loaded(name)?.config;
    let heater = process(&config).heater;
    if heater.law == HeaterLaw::Direct && heater.dac_bits.is_none() {
        let why = format!(
            "{name} has phase shifters without power and without a DAC: phases are all that is set"
        );
        let help = "name a process with heaters, for example mature";
        return Err(Problem::of("--process", why, help).into());
    }
    if heater.law == HeaterLaw::Direct && args.heater_ohm.is_some() {
        let why = format!("has no effect: the phase shifters of {name} take no power");
        return Err(Problem::of("--heater-ohm", why, "leave it out").into());
    }
    let stated = config.process.heater.resistance_ohm;
    let ohm = match heater.law {
        HeaterLaw::Direct => None,
        _ => args.heater_ohm.or(stated),
    };
    let drive = Drive::new(&heater, ohm).map_err(|error| {
        Problem::of(
            "--heater-ohm",
            error,
            "give the resistance of a heater in ohm",
        )
    })?;
    Ok((heater, drive))
}

/// The experiment whose process is meant: one that is named, or a preset and nothing else.
fn loaded(name: &str) -> Result<Loaded, Error> {
    let path = Path::new(name);
    let is_experiment = fs::read_to_string(path)
        .ok()
        .and_then(|text| text.parse::<toml::Table>().ok())
        .is_some_and(|table| table.contains_key("data"));
    if is_experiment {
        return Loaded::read(path, &[]);
    }
    let preset = Override {
        option: "--process",
        key: "process.preset".into(),
        value: toml::Value::String(name.into()).to_string(),
    };
    Loaded::from_text("", NOTHING, &[preset])
}

fn described(args: &ConvertArgs, heater: &HeaterProcess, drive: &Drive) -> String {
    let mut text = format!(
        "{}: full scale {:.4} rad",
        args.process.as_deref().unwrap_or_default(),
        heater.full_scale_rad
    );
    if let Some(power_w) = drive.full_scale_w() {
        text.push_str(&format!(" = {:.4} mW", 1e3 * power_w));
    }
    match (drive.full_scale_v(), heater.law) {
        (Some(volt), _) => text.push_str(&format!(" = {volt:.4} V")),
        (None, HeaterLaw::Direct) => {}
        (None, _) => {
            text.push_str(" (voltages need --heater-ohm or process.heater.resistance_ohm)")
        }
    }
    if let Some(largest) = heater.largest_code() {
        let set = match heater.law {
            HeaterLaw::Direct => "phase",
            HeaterLaw::Power => "power",
            HeaterLaw::Voltage => "voltage",
        };
        text.push_str(&format!(", codes 0 to {largest} of the {set}"));
    }
    text
}
