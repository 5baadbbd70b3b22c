//! Small pieces that several panels draw.

mod dialog;
mod icon;
mod phrases;
mod value;

pub use dialog::Modal;
pub use icon::{Icon, Shape};
pub use phrases::Phrases;
pub use value::{Changing, Hex};

/// The style class with a CPU's colours.
pub fn cpu_class(cpu: u8) -> &'static str {
    const CLASSES: [&str; 8] = ["cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5", "cpu6", "cpu7"];
    CLASSES[usize::from(cpu) % CLASSES.len()]
}

/// A number with a thin space between thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// `1 step`, `2 steps`.
pub fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(counted(1, "step", "steps"), "1 step");
    }
}
