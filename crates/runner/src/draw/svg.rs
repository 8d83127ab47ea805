//! The picture as text.

use super::layout::{Guide, Layout, PITCH, PlacedDevice, Step};
use super::number::short;
use super::paint::{LEVELS, Paint, Scale};
use super::parts::{Device, Parts};
use super::power::Powers;
use photonics::units::power_ratio_to_db;
use std::fmt::Write;

/// Half the size of the mark of a coupler.
const MARK: [f64; 2] = [5.0, 7.0];

/// Width of a picture beyond which letters and lines grow with it.
const LEGIBLE: f64 = 1_100.0;

/// Largest letters.
const LARGEST: f64 = 60.0;

/// A mesh as an SVG image, readable on light and on dark ground. `caption` stands above it.
pub fn svg(parts: &Parts, paint: &Paint<'_>, caption: &str) -> String {
    let layout = Layout::of(parts);
    Picture::new(parts, paint, caption, &layout).write()
}

struct Picture<'a> {
    parts: &'a Parts,
    paint: &'a Paint<'a>,
    scale: Option<Scale>,
    caption: &'a str,
    layout: &'a Layout,
    /// Size of letters.
    letters: f64,
    /// Width of lines.
    line: f64,
    /// Where the mesh begins.
    origin: [f64; 2],
    size: [f64; 2],
}

impl<'a> Picture<'a> {
    fn new(parts: &'a Parts, paint: &'a Paint<'a>, caption: &'a str, layout: &'a Layout) -> Self {
        let grown = (layout.width / LEGIBLE).max(1.0);
        let letters = (12.0 * grown).min(LARGEST);
        let side = 3.5 * letters;
        let origin = [side, 4.2 * letters + 16.0];
        let scale = paint.scale();
        let coloured_lines = matches!(paint, Paint::Power { .. });
        let below = if scale.is_some() {
            5.0 * letters
        } else {
            letters
        };
        // The caption and the bar must find room too.
        let text = 0.62 * letters * caption.chars().count() as f64 + letters;
        let width = (layout.width + 2.0 * side).max(text).max(27.0 * letters);
        Self {
            parts,
            paint,
            scale,
            caption,
            layout,
            letters,
            line: (1.4 * grown).min(if coloured_lines { 5.0 } else { 2.0 }),
            origin,
            size: [width, origin[1] + layout.height + letters + below],
        }
    }

    fn write(&self) -> String {
        let [width, height] = self.size.map(short);
        let caption = escaped(self.caption);
        let mut text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\">\n<title>{caption}</title>\n"
        );
        self.style(&mut text);
        let _ = write!(
            text,
            "<rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n\
             <text x=\"{}\" y=\"{}\">{caption}</text>\n<g transform=\"translate({} {})\">\n",
            short(self.letters),
            short(1.6 * self.letters),
            short(self.origin[0]),
            short(self.origin[1]),
        );
        self.numbers(&mut text);
        self.guides(&mut text);
        self.couplers(&mut text);
        self.devices(&mut text);
        text.push_str("</g>\n");
        self.bar(&mut text);
        text.push_str("</svg>\n");
        text
    }

    fn style(&self, text: &mut String) {
        let (letters, line) = (short(self.letters), short(self.line));
        let small = short(0.75 * self.letters);
        let rules = |ink: &str, faint: &str, ground: &str, body: &str| {
            format!(
                "text{{fill:{ink}}}.faint{{fill:{faint}}}.ground{{fill:{ground}}}.guide{{stroke:{ink}}}\
                 .box,.mark{{stroke:{ink};fill:{body}}}\n"
            )
        };
        let levels = |dark: usize| {
            let scale = self.scale.as_ref();
            let rules = scale.into_iter().flat_map(|scale| {
                (0..LEVELS).map(move |level| {
                    let colour = scale.colours(level)[dark].hex();
                    // One rule serves what is filled and what is a line.
                    format!(".k{level}{{color:{colour}}}")
                })
            });
            rules.collect::<String>()
        };
        let coloured = ".box [class],.mark [class],.bar{fill:currentColor}\n.guide [class]{stroke:currentColor}\n";
        let light = rules("#1f2430", "#687080", "#ffffff", "#e4e8ee") + &levels(0);
        // The dark rules follow the light ones, so they hold where both apply.
        let dark = rules("#d8dce4", "#98a0ae", "#15181e", "#343a46") + &levels(1);
        let _ = write!(
            text,
            "<style>\ntext{{font-family:sans-serif;font-size:{letters}px}}\
             .faint{{font-size:{small}px}}.symbol text{{font-size:9px}}\
             .middle{{text-anchor:middle}}.end{{text-anchor:end}}\
             .guide{{fill:none;stroke-width:{line}}}.box,.mark{{stroke-width:{}}}\n\
             {light}\n@media (prefers-color-scheme:dark){{\n{dark}}}\n{coloured}</style>\n",
            short((0.6 * self.line).min(1.2))
        );
    }

    /// Numbers of ports at both ends, and of the columns above them.
    fn numbers(&self, text: &mut String) {
        let Self {
            layout, letters, ..
        } = self;
        let above = -16.0 - 0.4 * letters;
        // Numbers that would touch are left out.
        let ports = every(PITCH / (1.2 * letters));
        let columns = every(layout.width / layout.columns.len() as f64 / (2.0 * letters));
        let _ = writeln!(
            text,
            "<text class=\"faint end\" x=\"-6\" y=\"{0}\">in</text>\
             <text class=\"faint\" x=\"{1}\" y=\"{0}\">out</text>",
            short(above),
            short(layout.width + 6.0)
        );
        for port in (0..self.parts.ports).step_by(ports) {
            let y = short(PITCH * port as f64 + 0.35 * letters);
            let _ = writeln!(
                text,
                "<text class=\"end\" x=\"-6\" y=\"{y}\">{port}</text>\
                 <text x=\"{}\" y=\"{y}\">{port}</text>",
                short(layout.width + 6.0)
            );
        }
        for (column, [left, right]) in layout.columns.iter().enumerate().step_by(columns) {
            let _ = writeln!(
                text,
                "<text class=\"faint middle\" x=\"{}\" y=\"{}\">{column}</text>",
                short((left + right) / 2.0),
                short(above)
            );
        }
    }

    fn guides(&self, text: &mut String) {
        let powers = match self.paint {
            Paint::Power { phases_rad, input } => Some(Powers::new(self.parts, phases_rad, *input)),
            _ => None,
        };
        let mut levels = ByLevel::new();
        for guide in &self.layout.guides {
            let level = powers.as_ref().and_then(|powers| {
                let db = power_ratio_to_db(powers.of(guide.from));
                self.scale.as_ref()?.level(db)
            });
            levels.push(level, &path(guide));
        }
        levels.write("guide", text);
    }

    /// Couplers are waveguides that come near each other; only their colour is a mark.
    fn couplers(&self, text: &mut String) {
        let Paint::Amount { couplers, .. } = self.paint else {
            return;
        };
        let mut levels = ByLevel::new();
        for (coupler, at) in self.layout.couplers.iter().enumerate() {
            let Some(at) = at else { continue };
            let value = couplers.get(coupler).copied().unwrap_or(f64::NAN);
            let level = self.scale.as_ref().and_then(|scale| scale.level(value));
            levels.push(level, &rectangle(*at, MARK));
        }
        levels.write("mark", text);
    }

    fn devices(&self, text: &mut String) {
        let labelled = self.layout.width <= 1.5 * LEGIBLE;
        let size = self.layout.lengths.shifter;
        let mut symbols = String::new();
        text.push_str("<g class=\"box\">\n");
        for placed in &self.layout.devices {
            let index = placed.device.parameter();
            let of = |values: &[f64]| values.get(index?).copied();
            let (value, unit) = match self.paint {
                Paint::Phase { phases_rad } => (of(phases_rad), " rad"),
                Paint::Amount { shifters, .. } => (of(shifters), ""),
                Paint::Plain | Paint::Power { .. } => (None, ""),
            };
            let level = value.and_then(|value| self.scale.as_ref()?.level(value));
            let [x, y] = placed.at;
            let outline = match placed.device {
                Device::Shifter { .. } => rectangle(placed.at, size),
                Device::Attenuator { .. } => {
                    let [dx, dy] = size.map(|half| short(2.0 * half));
                    // Back at the corner where the rectangle began, and across.
                    format!("{}l{dx} {dy}", rectangle(placed.at, size))
                }
                Device::Loss { .. } => rectangle(placed.at, [0.4 * size[0], size[1]]),
            };
            let _ = write!(text, "<path{} d=\"{outline}\">", class(level));
            let _ = write!(text, "<title>{}", place(placed));
            if let Some(value) = value {
                let _ = write!(text, ": {value:.4}{unit}");
            }
            text.push_str("</title></path>\n");
            if labelled {
                let _ = writeln!(
                    symbols,
                    "<text x=\"{}\" y=\"{}\">{}</text>",
                    short(x),
                    short(y - size[1] - 2.5),
                    placed.device.symbol()
                );
            }
        }
        text.push_str("</g>\n");
        if labelled {
            let _ = write!(text, "<g class=\"symbol middle\">\n{symbols}</g>\n");
        }
    }

    fn bar(&self, text: &mut String) {
        let Some(scale) = &self.scale else { return };
        let letters = self.letters;
        let (left, width) = (2.6 * letters, 20.0 * letters);
        let top = self.size[1] - 3.0 * letters;
        let step = width / LEVELS as f64;
        let _ = writeln!(
            text,
            "<text class=\"faint\" x=\"{}\" y=\"{}\">{}</text>",
            short(left),
            short(top - 0.5 * letters),
            escaped(&scale.what)
        );
        text.push_str("<g shape-rendering=\"crispEdges\">\n");
        for level in 0..LEVELS {
            let _ = writeln!(
                text,
                "<rect class=\"bar k{level}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
                short(left + step * level as f64),
                short(top),
                // A little wider, lest the ground shows between them.
                short(step + 0.3),
                short(letters)
            );
        }
        text.push_str("</g>\n");
        for (share, tick) in &scale.ticks {
            let _ = writeln!(
                text,
                "<text class=\"faint middle\" x=\"{}\" y=\"{}\">{tick}</text>",
                short(left + share * width),
                short(top + 2.0 * letters)
            );
        }
    }
}

/// Outlines of one colour are one path: that takes half the bytes.
struct ByLevel {
    plain: String,
    levels: Vec<String>,
}

impl ByLevel {
    fn new() -> Self {
        Self {
            plain: String::new(),
            levels: vec![String::new(); LEVELS],
        }
    }

    fn push(&mut self, level: Option<usize>, outline: &str) {
        let of = match level {
            Some(level) => &mut self.levels[level],
            None => &mut self.plain,
        };
        of.push_str(outline);
    }

    /// The most comes last, above what crosses it.
    fn write(self, of: &str, text: &mut String) {
        let coloured = self.levels.into_iter().enumerate();
        let coloured = coloured.map(|(level, outlines)| (Some(level), outlines));
        let _ = writeln!(text, "<g class=\"{of}\">");
        for (level, outlines) in [(None, self.plain)].into_iter().chain(coloured) {
            if !outlines.is_empty() {
                let _ = writeln!(text, "<path{} d=\"{outlines}\"/>", class(level));
            }
        }
        text.push_str("</g>\n");
    }
}

/// The smallest round step of numbers of which `fits` of the full size lie side by side.
fn every(fits: f64) -> usize {
    let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    let fitting = steps.into_iter().find(|&step| step as f64 * fits >= 1.0);
    fitting.unwrap_or(1000)
}

fn place(placed: &PlacedDevice) -> String {
    let symbol = placed.device.symbol();
    match placed.column {
        Some(column) => format!("{symbol}, column {column}, port {}", placed.port),
        None => format!("{symbol}, port {}", placed.port),
    }
}

fn class(level: Option<usize>) -> String {
    level.map_or_else(String::new, |level| format!(" class=\"k{level}\""))
}

fn rectangle([x, y]: [f64; 2], [half_width, half_height]: [f64; 2]) -> String {
    let (width, height) = (short(2.0 * half_width), short(2.0 * half_height));
    format!(
        "M{} {}h{width}v{height}h-{width}z",
        short(x - half_width),
        short(y - half_height)
    )
}

/// From point to point, in relative coordinates: those are shorter.
fn path(guide: &Guide) -> String {
    let mut at = guide.start;
    let mut text = format!("M{} {}", short(at[0]), short(at[1]));
    for step in &guide.steps {
        let to = step.to();
        let (dx, dy) = (to[0] - at[0], to[1] - at[1]);
        let [x, y] = [dx, dy].map(short);
        let _ = match step {
            Step::Line(_) if dy == 0.0 => write!(text, "h{x}"),
            Step::Line(_) => write!(text, "l{x} {y}"),
            Step::Bend(_) => {
                let middle = short(dx / 2.0);
                write!(text, "c{middle} 0 {middle} {y} {x} {y}")
            }
        };
        at = to;
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
