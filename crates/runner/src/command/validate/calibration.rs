//! The order of a calibration, for programs.

use photonics::validate::calibration::{Calibratability, PhiFinding, Setting, State};
use serde_json::{Value, json};

/// All measurements in an order in which they can be made, and what cannot be measured, and why.
pub(super) fn value(found: &Calibratability) -> Value {
    let theta = found.theta.iter().map(|one| {
        json!({
            "mzi": one.mzi,
            "input": one.input,
            "output": one.output,
            "state": state(one.state),
            "path": settings(&one.path),
            "others": state(one.others),
        })
    });
    let phi = found
        .mzis
        .iter()
        .zip(&found.phi)
        .map(|(mzi, finding)| match finding {
            PhiFinding::Measured(one) => json!({
                "mzi": mzi,
                "finding": "measured",
                "splitter": one.splitter,
                "input": one.input,
                "output": one.output,
                "arms": one.arms,
                "settings": settings(&one.settings),
            }),
            PhiFinding::Reference => json!({ "mzi": mzi, "finding": "reference" }),
            PhiFinding::NoInterferometer => json!({ "mzi": mzi, "finding": "no interferometer" }),
            PhiFinding::Blocked => json!({ "mzi": mzi, "finding": "blocked" }),
            PhiFinding::WithTheta { half_turn } => json!({
                "mzi": mzi,
                "finding": "with theta",
                "half_turn": half_turn,
            }),
        });
    json!({
        "complete": found.is_complete(),
        "theta_not_found": found.theta_not_found,
        "phi_measured": found.phi_measured(),
        "phi_references": found.phi_references(),
        "half_turns": found.half_turns(),
        "theta": theta.collect::<Vec<_>>(),
        "phi": phi.collect::<Vec<_>>(),
    })
}

fn settings(list: &[Setting]) -> Vec<Value> {
    let one = |setting: &Setting| json!([setting.mzi, state(setting.state)]);
    list.iter().map(one).collect()
}

fn state(state: State) -> &'static str {
    match state {
        State::Bar => "bar",
        State::Cross => "cross",
    }
}
