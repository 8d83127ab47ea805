//! Transfer matrices and networks.

use super::{Converted, Report};
use crate::cli::ConvertArgs;
use crate::error::{Error, Problem};
use crate::record::matrix::{
    Matrix, Shape, matrix_bytes, matrix_npz_bytes, read_matrix, read_matrix_array,
};
use crate::record::touchstone::read_touchstone;
use nalgebra::DMatrix;
use num_complex::Complex64;
use photonics::interchange::touchstone::{
    Fault, Format, FrequencyUnit, Layout, MAX_PORTS, Point, Touchstone, scattering, transfer, write,
};
use photonics::matrix::unitarity_defect;
use photonics::units::{hz_to_wavelength_m, wavelength_m_to_hz};
use std::path::Path;

/// Reference resistance of what is written. Every file has one; it has no meaning for light.
const RESISTANCE_OHM: f64 = 50.0;

/// The wavelength of the C band at which matrices hold that do not say where.
const WAVELENGTH_NM: f64 = 1550.0;

/// What the other direction or the other side of a device may do before it is pointed out: field.
const NEGLIGIBLE: f64 = 1e-12;

pub(super) fn to_touchstone(args: &ConvertArgs, ports: usize) -> Converted {
    let matrix = read(args)?.elements;
    let layout = layout(args);
    let mesh_ports = matrix.nrows();
    let network_ports = layout.network_ports(mesh_ports);
    if network_ports > MAX_PORTS {
        let why = format!(
            "{mesh_ports} ports would be a network of {network_ports}, at most {MAX_PORTS} are written"
        );
        return Err(Problem::of(args.input.display(), why, "keep the matrix as .npy").into());
    }
    if network_ports != ports {
        let stem = args.output.with_extension(format!("s{network_ports}p"));
        let why = match layout {
            Layout::TwoSided => format!(
                "a mesh of {mesh_ports} ports is a network of {network_ports}: its inputs and its outputs"
            ),
            Layout::Plain => format!("the matrix has {network_ports} ports"),
        };
        let help = format!("name it {}", stem.display());
        return Err(Problem::of(args.output.display(), why, help).into());
    }
    let wavelength_nm = args.wavelength_nm.unwrap_or(WAVELENGTH_NM);
    let frequency_hz = wavelength_m_to_hz(1e-9 * wavelength_nm);
    let network = Touchstone {
        ports,
        resistance_ohm: RESISTANCE_OHM,
        points: vec![Point {
            frequency_hz,
            s: scattering(&matrix, layout),
        }],
    };
    let format = args.format.map_or(Format::Ri, Format::from);
    let unit = args.unit.map_or(FrequencyUnit::GHz, FrequencyUnit::from);
    let comments = comments(mesh_ports, layout, wavelength_nm);
    let text = write(&network, unit, format, &comments).map_err(|fault| {
        let help = match fault {
            Fault::Value { value, .. } if value == Complex64::ZERO => {
                "0 has no logarithm: write --format ri or ma"
            }
            _ => "replace the element",
        };
        Problem::of(args.input.display(), fault, help)
    })?;
    let mut report = Report::default();
    let thz = 1e-12 * frequency_hz;
    report
        .line("matrix", about(&args.input, &matrix))
        .line(
            "network",
            format!(
                "{}: {ports} ports, {}, at {wavelength_nm} nm = {thz:.6} THz",
                args.output.display(),
                format.name()
            ),
        )
        .line("ports", described(mesh_ports, layout))
        .key("ports", mesh_ports)
        .key("network_ports", ports)
        .key("frequency_hz", frequency_hz)
        .key("output", args.output.display().to_string());
    Ok((text.into_bytes(), report))
}

pub(super) fn from_touchstone(args: &ConvertArgs, ports: usize) -> Converted {
    let network = read_touchstone(&args.input, ports)?;
    let layout = layout(args);
    let point = nearest(args, &network)?;
    let found = transfer(&point.s, layout).map_err(|fault| {
        let help = "--layout plain takes the whole matrix as U[out, in]";
        Problem::of(args.input.display(), fault, help)
    })?;
    let mesh_ports = found.u.nrows();
    let bytes = bytes(args, &found.u)?;
    let wavelength_nm = 1e9 * hz_to_wavelength_m(point.frequency_hz);
    let points = network.points.len();
    let mut report = Report::default();
    report
        .line(
            "network",
            format!(
                "{}: {ports} ports, {points} {}, {:.6} THz = {wavelength_nm:.4} nm taken",
                args.input.display(),
                if points == 1 {
                    "frequency"
                } else {
                    "frequencies"
                },
                1e-12 * point.frequency_hz
            ),
        )
        .line("ports", described(mesh_ports, layout))
        .line("matrix", about(&args.output, &found.u));
    if found.reflection > NEGLIGIBLE || found.nonreciprocity > NEGLIGIBLE {
        report.line(
            "left out",
            format!(
                "reflections and ways within a side, |S| up to {:.2e}; the way back, which differs by up to {:.2e}",
                found.reflection, found.nonreciprocity
            ),
        );
    }
    report
        .key("ports", mesh_ports)
        .key("network_ports", ports)
        .key("frequencies", points)
        .key("frequency_hz", point.frequency_hz)
        .key("unitarity_defect", unitarity_defect(&found.u))
        .key("left_out_reflection", found.reflection)
        .key("left_out_nonreciprocity", found.nonreciprocity)
        .key("output", args.output.display().to_string());
    Ok((bytes, report))
}

pub(super) fn copy(args: &ConvertArgs) -> Converted {
    let matrix = read(args)?.elements;
    let mut report = Report::default();
    report
        .line("matrix", about(&args.input, &matrix))
        .line("file", args.output.display())
        .key("ports", matrix.nrows())
        .key("output", args.output.display().to_string());
    Ok((bytes(args, &matrix)?, report))
}

fn layout(args: &ConvertArgs) -> Layout {
    args.layout.map_or(Layout::TwoSided, Layout::from)
}

fn array(args: &ConvertArgs) -> &str {
    args.array.as_deref().unwrap_or("matrix")
}

fn is_npz(path: &Path) -> bool {
    path.extension()
        .is_some_and(|x| x.eq_ignore_ascii_case("npz"))
}

fn read(args: &ConvertArgs) -> Result<Matrix, Problem> {
    match is_npz(&args.input) {
        true => read_matrix_array(&args.input, array(args)),
        false => read_matrix(&args.input, Shape::Square),
    }
}

fn bytes(args: &ConvertArgs, matrix: &DMatrix<Complex64>) -> Result<Vec<u8>, Error> {
    match is_npz(&args.output) {
        true => matrix_npz_bytes(array(args), matrix),
        false => matrix_bytes(matrix),
    }
    .map_err(|error| Error::failed("the matrix cannot be written", error, ""))
}

/// The point at the wavelength that is asked for, or the only one.
fn nearest<'a>(args: &ConvertArgs, network: &'a Touchstone) -> Result<&'a Point, Problem> {
    let ends = [network.points.first(), network.points.last()];
    let [Some(first), Some(last)] = ends else {
        return Err(Problem::of(args.input.display(), "no data", ""));
    };
    let Some(wavelength_nm) = args.wavelength_nm else {
        if network.points.len() == 1 {
            return Ok(first);
        }
        let [longest, shortest] =
            [first, last].map(|point| 1e9 * hz_to_wavelength_m(point.frequency_hz));
        let why = format!(
            "{} frequencies, from {shortest:.3} to {longest:.3} nm, and one matrix is written",
            network.points.len()
        );
        let help = "--wavelength-nm takes the nearest";
        return Err(Problem::of(args.input.display(), why, help));
    };
    let wanted_hz = wavelength_m_to_hz(1e-9 * wavelength_nm);
    let off = |point: &Point| (point.frequency_hz - wanted_hz).abs();
    let nearest = network
        .points
        .iter()
        .min_by(|a, b| off(a).total_cmp(&off(b)));
    Ok(nearest.unwrap_or(first))
}

fn about(path: &Path, matrix: &DMatrix<Complex64>) -> String {
    let ports = matrix.nrows();
    let defect = unitarity_defect(matrix);
    format!(
        "{}: {ports} x {ports}, |U^H U - 1|_F / sqrt(N) = {defect:.1e}",
        path.display()
    )
}

fn described(mesh_ports: usize, layout: Layout) -> String {
    match layout {
        Layout::TwoSided if mesh_ports == 1 => "input is 1, output 2; U is S21".into(),
        Layout::TwoSided => format!(
            "inputs are 1 to {mesh_ports}, outputs {} to {}; U[out, in] is S21",
            mesh_ports + 1,
            2 * mesh_ports
        ),
        Layout::Plain => "S is U[out, in] itself".into(),
    }
}

fn comments(mesh_ports: usize, layout: Layout, wavelength_nm: f64) -> Vec<String> {
    vec![
        "Transfer matrix of an optical mesh, by fzero".into(),
        format!("vacuum wavelength {wavelength_nm} nm; waves in sqrt(W), R without meaning"),
        match layout {
            Layout::TwoSided => format!("ports: {}", described(mesh_ports, layout)),
            Layout::Plain => {
                "S is the transfer matrix U[out, in], not a network of so many ports".into()
            }
        },
    ]
}
