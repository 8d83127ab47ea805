//! Values that are right by themselves but not together: refused at their key, with what to do.

use runner::config::Loaded;
use runner::wiring;

/// The report of the text from line 3 on.
#[track_caller]
fn assert_refused(text: &str, expected: &str) {
    let text = format!("name = \"a\"\ndata.set = \"digits\"\n{text}");
    let loaded =
        Loaded::from_text("a.toml", &text, &[]).unwrap_or_else(|e| panic!("{}", e.report()));
    let images = vec![0.5; loaded.config.chip.ports];
    let circuit = wiring::circuit(&loaded, &images);
    match circuit.and_then(|circuit| wiring::die(&loaded, &circuit)) {
        Ok(_) => panic!("fabricated:\n{text}"),
        Err(error) => assert_eq!(error.report(), expected),
    }
}

#[test]
fn each_names_its_key_its_range_and_a_remedy() {
    let cases = [
        (
            "process.heater = { law = \"power\", crosstalk = { coupling = 0.9, decay_length_um = 900 } }",
            "a.toml:3: process.heater.crosstalk.coupling = 0.9: thermal crosstalk, summed over all \
             neighbours, = 78.41429888653123: must be in [0, 1), a share of the phase\n  help: more \
             would warm itself: lower it, or shorten the decay length",
        ),
        (
            "process.heater.crosstalk.coupling = 0.01",
            "a.toml:3: process.heater.crosstalk.coupling = 0.01: thermal crosstalk of phase shifters \
             without power = 0.01: must be 0: only the laws of power and voltage heat\n  help: set \
             process.heater.law to power or voltage, or the coupling to 0",
        ),
        (
            "process.heater.theta_x_um = 500",
            "a.toml:3: process.heater.theta_x_um = 500.0: place of the theta heater = \
             0.0005: must be in (0, pitch of columns) m\n  help: place it before the end of the MZI, \
             process.mesh.mzi_length_um",
        ),
        (
            "process.heater.phi_x_um = 350",
            "a.toml:3: process.heater.phi_x_um = 350.0: place of the phi heater = 0.00035: must be in \
             [0, place of the theta heater) m\n  help: place it before the heater of theta, \
             process.heater.theta_x_um",
        ),
        (
            "chip.activation = { kind = \"saturable-absorber\", absorption = 0.7, unsaturable_absorption = 0.7 }",
            "a.toml:3: chip.activation.unsaturable_absorption = 0.7: absorption and unsaturable \
             absorption together = 1.4: must be in [0, 1]\n  help: lower it, or \
             chip.activation.absorption",
        ),
        (
            "chip.activation = { kind = \"gain-stage\", noise_figure_db = 1 }",
            "a.toml:3: chip.activation.noise_figure_db = 1.0: noise figure = 1: must be at least the \
             quantum limit 2 - 1/G (3.01 dB at high gain) and below 30 dB\n  help: no amplifier is \
             better; leave the key out for one without noise",
        ),
        (
            "chip.activation = { kind = \"gain-stage\", gain_db = 2, saturation_output_dbm = 0 }",
            "a.toml:3: chip.activation.gain_db = 2.0: gain of an amplifier with saturation = 2: must \
             be in [3.1, 60] dB: it falls by 3 dB at the saturation output power\n  help: raise it, or \
             leave out chip.activation.saturation_output_dbm",
        ),
        (
            "process = { source = { rin_db_per_hz = -80 }, detector = { noise = true } }",
            "a.toml:3: process.source.rin_db_per_hz = -80.0: relative power fluctuation \
             sqrt(10^(RIN/10) B) = 3.1622776601683795: must be below 0.2: lower the relative intensity \
             noise or the bandwidth\n  help: lower it, or the bandwidth of the detectors",
        ),
        (
            "chip = { activation = { tap_fraction = 0 }, readout = { tap = \"activation\" } }",
            "a.toml:3: chip.activation.tap_fraction = 0.0: tap fraction of an activation whose tap is \
             read = 0: must be in (0, 1)\n  help: let it tap something, or read elsewhere with \
             chip.readout.tap",
        ),
        (
            "chip = { activation = { kind = \"identity\" }, readout = { tap = \"activation\" } }",
            "a.toml:3: chip.readout.tap = \"activation\": a layer is read at its activation's tap, but \
             only electro-optic ones have one\n  help: set chip.activation.kind = electro-optic, or \
             read by a coupler",
        ),
        (
            "process.faults.stuck_heaters = [{ layer = 0, heater = \"theta\", index = 2016, phase_rad = 0 }]",
            "a.toml:3: process.faults.stuck_heaters = [{ layer = 0, heater = \"theta\", index = 2016, \
             phase_rad = 0.0 }]: stuck heater = 2016: must be the number of an existing MZI\n  help: \
             MZIs and ports count from 0",
        ),
        (
            "process.faults.stuck_heaters = [{ layer = 2, heater = \"theta\", index = 0, phase_rad = 0 }]",
            "a.toml:3: process.faults.stuck_heaters = [{ layer = 2, heater = \"theta\", index = 0, \
             phase_rad = 0.0 }]: stuck heater: layer 2 does not exist, the chip has 2\n  help: MZIs and \
             ports count from 0",
        ),
        (
            "process.faults.dead_detectors = [{ layer = 0, port = 64 }]",
            "a.toml:3: process.faults.dead_detectors = [{ layer = 0, port = 64 }]: dead detector: port \
             64 does not exist, the chip has 64\n  help: layers and ports count from 0",
        ),
        (
            "process.faults.open_ports = [3, 64]",
            "a.toml:3: process.faults.open_ports = [3, 64]: open port: port 64 does not exist, the chip \
             has 64\n  help: ports count from 0",
        ),
        (
            "process.detector = { adc_bits = 8, adc_full_scale_a = [1e-6, 1e-6, 1e-6] }",
            "a.toml:3: process.detector.adc_full_scale_a = [1e-6, 1e-6, 1e-6]: 3 numbers for 2 \
             layers\n  help: give one for all layers, or one per layer",
        ),
    ];
    for (text, expected) in cases {
        assert_refused(text, expected);
    }
}
