//! The lifecycle of a customer as a picture of text: one bar per environment over an axis of time.
//!
//! Pure: state, time and width in, lines out. Every phase has a character of its own, so the picture reads without
//! colour.

use landfall_core::{
    customer::{Customer, Environment, Material, MaterialKind, State, Status},
    plan::Purpose,
    time::Timestamp,
};

use super::colour::{Colour, Tone};

const REQUESTED: char = '░';
const BUILT: char = '▒';
const IN_USE: char = '█';
const CLOSED: char = '─';
const DESTROYED: char = '×';
const DUE: char = '!';
const LATER: char = '»';

/// The columns of the gutter to the right, which holds what lies beyond the axis: ` »!`.
const GUTTER: usize = 3;
/// Bars shorter than this show nothing.
const SHORTEST_BARS: usize = 20;
/// The digits of a digest that people tell digests apart by.
const SHORT_DIGEST: usize = 12;
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Draws the lifecycle as it stands at `now`, in lines of at most `width` columns (at least 60).
pub(crate) fn draw(
    customer: &Customer,
    now: Timestamp,
    width: usize,
    colour: Colour,
) -> Vec<String> {
    let mut lines = heading(customer, now, colour);
    lines.push(String::new());
    let rows: Vec<&Environment> = customer.environments.values().collect();
    let names: Vec<String> = rows.iter().map(|environment| name(environment)).collect();
    let name_width = names
        .iter()
        .map(|name| name.chars().count())
        .chain(["milestones".len()])
        .max()
        .unwrap_or(0);
    let state_width = rows
        .iter()
        .map(|environment| state(environment).len())
        .chain([status(customer.status).len()])
        .max()
        .unwrap_or(0);
    let left = name_width + 2 + state_width + 2;
    let columns = width.saturating_sub(left + GUTTER).max(SHORTEST_BARS);
    let axis = Axis::of(customer, now, columns);
    let margin = " ".repeat(left);
    let (labels, ruler) = axis.ruler();
    lines.push(format!("{margin}{}", labels.trim_end()));
    lines.push(format!("{margin}{}", colour.paint(Tone::Quiet, &ruler)));
    let label = |name: &str, state: &str, tone: Tone| {
        let state = format!("{state:<state_width$}");
        format!("{name:<name_width$}  {}  ", colour.paint(tone, &state))
    };
    let tone = match customer.status {
        Status::Prospect | Status::Contracted => Tone::Waiting,
        Status::Live | Status::Vendor => Tone::Done,
    };
    let beginning = label("milestones", status(customer.status), tone);
    lines.push(line(&beginning, &milestones(customer, &axis), colour));
    for (environment, name) in rows.iter().zip(&names) {
        let beginning = label(name, state(environment), state_tone(environment));
        lines.push(line(&beginning, &bar(environment, now, &axis), colour));
    }
    lines.push(format!("{margin}{}", axis.now_mark(now)));
    lines.push(String::new());
    lines.extend(legend(customer));
    lines
}

/// Returns what falls due or runs out, and by when; what is overdue says so.
pub(crate) fn due(customer: &Customer, now: Timestamp, colour: Colour) -> Vec<String> {
    let mut lines = Vec::new();
    for environment in customer.environments.values() {
        let Some((by, why)) = ends(environment) else { continue };
        let held = if environment.hold.is_some() { ", held" } else { "" };
        let text =
            format!("{}/{}  by {} ({why}{held})", customer.id, environment.label, by.human());
        lines.push(if by <= now {
            format!("{}  {}", text, colour.paint(Tone::Failed, "overdue"))
        } else {
            text
        });
    }
    let held = if customer
        .environments
        .values()
        .any(|environment| environment.hold.is_some() && environment.state != State::Destroyed)
    {
        ", held"
    } else {
        ""
    };
    for material in customer.materials.iter().filter(|material| material.destroyed.is_none()) {
        let Some(due) = &material.due else { continue };
        let text = format!(
            "{}: {}  by {} (destroy: {}{held})",
            customer.id,
            material_words(material),
            due.destroy_by.human(),
            due.rule
        );
        lines.push(if due.destroy_by <= now {
            format!("{}  {}", text, colour.paint(Tone::Failed, "overdue"))
        } else {
            text
        });
    }
    lines
}

/// Returns what a material is, in words: `source dump 1a2b3c4d5e6f`, `rejected rows of iteration 2`.
fn material_words(material: &Material) -> String {
    let (title, name) = (material.kind.title(), material.name.as_str());
    match material.kind {
        MaterialKind::Dump | MaterialKind::Package => {
            format!("{title} {}", name.get(..SHORT_DIGEST).unwrap_or(name))
        }
        MaterialKind::Rejects | MaterialKind::KeyMap => format!("{title} of iteration {name}"),
    }
}

/// Returns when and why a standing environment has to end, where that is known.
fn ends(environment: &Environment) -> Option<(Timestamp, String)> {
    match environment.state {
        State::Destroyed | State::Requested => return None,
        State::Building | State::Built | State::InUse | State::Closed | State::Destroying => {}
    }
    if let Some(due) = &environment.due {
        return Some((due.destroy_by, format!("destroy: {}", due.rule)));
    }
    match (environment.state, environment.lent_until, environment.expires) {
        (State::InUse, Some(until), _) => Some((until, "lent until then".to_owned())),
        (State::InUse, None, Some(expires)) => {
            Some((expires, "its lifetime is over then".to_owned()))
        }
        (State::InUse, None, None)
        | (
            State::Requested
            | State::Building
            | State::Built
            | State::Closed
            | State::Destroying
            | State::Destroyed,
            _,
            _,
        ) => None,
    }
}

fn heading(customer: &Customer, now: Timestamp, colour: Colour) -> Vec<String> {
    let since = match customer.status {
        Status::Prospect | Status::Vendor => customer.since.get("added"),
        Status::Contracted => customer.since.get("contracted"),
        Status::Live => customer.since.get("live"),
    };
    let since = since.map_or_else(String::new, |time| format!(" since {}", time.date()));
    vec![
        colour.paint(Tone::Heading, &format!("{} ({})", customer.name, customer.id)),
        format!("{}{since}; now {}", status(customer.status), now.human()),
    ]
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Prospect => "prospect",
        Status::Contracted => "contracted",
        Status::Live => "live",
        Status::Vendor => "vendor",
    }
}

fn name(environment: &Environment) -> String {
    match environment.purpose {
        Some(Purpose::Formal) => format!("{} formal", environment.label),
        Some(Purpose::Informal) => format!("{} informal", environment.label),
        None => environment.label.to_string(),
    }
}

fn state(environment: &Environment) -> &'static str {
    if is_rejected(environment) {
        return "rejected";
    }
    match (environment.state, &environment.due) {
        (State::InUse, Some(_)) => "in use, due",
        (State::InUse, None) => "in use",
        (State::Closed, Some(_)) => "closed, due",
        (
            State::Requested
            | State::Building
            | State::Built
            | State::Closed
            | State::Destroying
            | State::Destroyed,
            _,
        ) => environment.state.as_str(),
    }
}

/// Tells whether the customer rejected what still stands.
fn is_rejected(environment: &Environment) -> bool {
    match environment.state {
        State::Built | State::InUse => environment.rejection.is_some(),
        State::Requested
        | State::Building
        | State::Closed
        | State::Destroying
        | State::Destroyed => false,
    }
}

fn state_tone(environment: &Environment) -> Tone {
    if is_rejected(environment) {
        return Tone::Failed;
    }
    match environment.state {
        State::Requested if environment.failed_checks > 0 => Tone::Failed,
        State::Requested | State::Building | State::Built | State::Destroying => Tone::Waiting,
        State::InUse if environment.due.is_some() => Tone::Waiting,
        State::Closed if environment.due.is_some() => Tone::Waiting,
        State::InUse => Tone::Done,
        State::Closed | State::Destroyed => Tone::Quiet,
    }
}

/// One column of a bar: its character and what its colour says.
type Column = (char, Option<Tone>);

const EMPTY: Column = (' ', None);

fn bar(environment: &Environment, now: Timestamp, axis: &Axis) -> Vec<Column> {
    let mut columns = vec![EMPTY; axis.columns + GUTTER];
    let at = |moment: &str| environment.since.get(moment).copied();
    let end = axis.column(at("destroyed").unwrap_or(now));
    let phases = [
        (at("requested"), REQUESTED, Tone::Waiting),
        (at("built"), BUILT, Tone::Waiting),
        (at("opened"), IN_USE, Tone::Done),
        (at("closed"), CLOSED, Tone::Quiet),
    ];
    for (since, character, tone) in phases {
        let Some(since) = since else { continue };
        let from = axis.column(since);
        for column in columns.iter_mut().take(end + 1).skip(from) {
            *column = (character, Some(tone));
        }
    }
    if at("destroyed").is_some() {
        columns[end] = (DESTROYED, Some(Tone::Quiet));
    }
    if let Some((by, _)) = ends(environment) {
        let tone = if by <= now { Tone::Failed } else { Tone::Waiting };
        if by.as_seconds() > axis.end {
            columns[axis.columns + 1] = (LATER, Some(tone));
            columns[axis.columns + 2] = (DUE, Some(tone));
        } else {
            columns[axis.column(by)] = (DUE, Some(tone));
        }
    }
    columns
}

/// The moments that open or end things, with the letter that marks each and what it says.
fn moments(customer: &Customer) -> Vec<(char, &'static str, Timestamp)> {
    let signed = customer
        .iterations
        .iter()
        .filter(|iteration| {
            !iteration.is_final
                && iteration.state == landfall_core::customer::IterationState::Signed
        })
        .filter_map(|iteration| iteration.signatures.iter().map(|signature| signature.time).max())
        .max();
    let all = [
        ('C', "contract", customer.since.get("contracted").copied()),
        ('S', "migration signed off", signed),
        ('V', "validation completed", customer.since.get("validated").copied()),
        ('L', "live", customer.since.get("live").copied()),
    ];
    all.into_iter()
        .filter_map(|(letter, text, time)| time.map(|time| (letter, text, time)))
        .collect()
}

fn milestones(customer: &Customer, axis: &Axis) -> Vec<Column> {
    let mut columns = vec![EMPTY; axis.columns + GUTTER];
    for (letter, _, time) in moments(customer) {
        // Two moments of one column stand side by side.
        let wanted = axis.column(time);
        if let Some(column) = columns.iter_mut().skip(wanted).find(|column| **column == EMPTY) {
            *column = (letter, Some(Tone::Done));
        }
    }
    columns
}

fn legend(customer: &Customer) -> Vec<String> {
    let mut lines = vec![format!(
        "{REQUESTED} requested  {BUILT} built  {IN_USE} in use  {CLOSED} closed  {DESTROYED} destroyed  {DUE} due  {LATER} later"
    )];
    let marks: Vec<_> =
        moments(customer).iter().map(|(letter, text, _)| format!("{letter} {text}")).collect();
    if !marks.is_empty() {
        lines.push(marks.join("  "));
    }
    lines
}

/// Joins the beginning of a line with its columns; what has one tone is painted at once.
fn line(beginning: &str, columns: &[Column], colour: Colour) -> String {
    let used = columns.iter().rposition(|column| *column != EMPTY).map_or(0, |last| last + 1);
    let mut text = beginning.to_owned();
    for run in columns[..used].chunk_by(|one, other| one.1 == other.1) {
        let characters: String = run.iter().map(|column| column.0).collect();
        match run.first().and_then(|column| column.1) {
            Some(tone) => text.push_str(&colour.paint(tone, &characters)),
            None => text.push_str(&characters),
        }
    }
    text.trim_end().to_owned()
}

/// Where a point in time stands: seconds on columns.
struct Axis {
    start: i64,
    end: i64,
    columns: usize,
}

impl Axis {
    /// Spans what has happened, and what is still due where that is not far beyond it.
    fn of(customer: &Customer, now: Timestamp, columns: usize) -> Self {
        let environments = || customer.environments.values();
        let past = || {
            let of_environments = environments().flat_map(|environment| environment.since.values());
            customer.since.values().chain(of_environments).map(|time| time.as_seconds())
        };
        let start = past().chain([now.as_seconds()]).min().unwrap_or_default();
        let lived = past().chain([now.as_seconds()]).max().unwrap_or_default();
        // A due date that would squeeze the past into less than two thirds of the axis stays beyond it.
        let furthest = start + (lived - start) / 2 * 3;
        let end = environments()
            .filter_map(ends)
            .map(|(by, _)| by.as_seconds())
            .filter(|by| *by <= furthest)
            .chain([lived])
            .max()
            .unwrap_or(lived);
        Self { start, end: end.max(start + 1), columns: columns.max(2) }
    }

    fn last(&self) -> i64 {
        i64::try_from(self.columns - 1).unwrap_or(i64::MAX)
    }

    /// Returns the column of a time, from 0; what lies outside stands at the edge.
    fn column(&self, time: Timestamp) -> usize {
        let span = self.end - self.start;
        let passed = (time.as_seconds() - self.start).clamp(0, span);
        usize::try_from((passed * self.last() + span / 2) / span).unwrap_or(0)
    }

    /// Returns the time at a column.
    fn time(&self, column: usize) -> Timestamp {
        let column = i64::try_from(column).unwrap_or(0);
        Timestamp::from_seconds(self.start + (self.end - self.start) * column / self.last())
    }

    /// Writes a time as precisely as the axis can show it.
    fn label(&self, time: Timestamp) -> String {
        let text = time.to_string();
        let span = self.end - self.start;
        let range = if span < 2 * HOUR {
            11..19
        } else if span < DAY {
            11..16
        } else if span < 4 * DAY {
            5..16
        } else {
            0..10
        };
        text.get(range).unwrap_or(&text).replace('T', " ")
    }

    /// Returns the labels and the ruler under them.
    fn ruler(&self) -> (String, String) {
        let length = self.label(self.time(0)).chars().count();
        // Each label needs its own length, half of its neighbour's, and a gap.
        let intervals = ((self.columns - 1) / (length + length / 2 + 2)).max(1);
        let mut labels = vec![' '; self.columns];
        let mut ruler = vec!['─'; self.columns];
        for tick in 0..=intervals {
            let column = tick * (self.columns - 1) / intervals;
            ruler[column] = match tick {
                0 => '├',
                tick if tick == intervals => '┤',
                _ => '┼',
            };
            let begin = column.saturating_sub(length / 2).min(self.columns.saturating_sub(length));
            let begin = if tick == 0 { 0 } else { begin };
            for (index, character) in self.label(self.time(column)).chars().enumerate() {
                if let Some(place) = labels.get_mut(begin + index) {
                    *place = character;
                }
            }
        }
        (labels.into_iter().collect(), ruler.into_iter().collect())
    }

    /// Returns the mark of the present under the bars.
    fn now_mark(&self, now: Timestamp) -> String {
        let column = self.column(now);
        if column >= 4 {
            format!("{}now ↑", " ".repeat(column - 4))
        } else {
            format!("{}↑ now", " ".repeat(column))
        }
    }
}

#[cfg(test)]
mod tests;
