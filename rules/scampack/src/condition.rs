//! Conditions of rules. In: `a and not (b or near(40, c, d))`. Out: the steps that the phone evaluates.
//!
//! A name may be another rule: its condition is put in its place, so that composites cost the phone nothing new.

use scamfilter::pack::Op;
use std::ops::Range;

/// What a name in a condition stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// A term, pattern or concept.
    Atom(u32),
    /// A fact of links, senders or brands.
    Fact(u8),
    /// Another rule, by the steps of its condition.
    Rule(Vec<Op>),
    /// A rule that leads round in a circle.
    Cycle,
    /// A rule of a retired family.
    Retired,
    /// A rule in which too many others already stand inside of each other.
    TooDeep,
}

/// What kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It cannot be read.
    Syntax,
    /// It names something that nobody knows.
    UnknownName,
    /// It leads round in a circle.
    Cycle,
    /// It names a rule of a retired family.
    Retired,
}

/// Why a condition cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionError {
    /// Where in the condition, in bytes.
    pub at: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What kind of mistake it is.
    pub kind: Kind,
    /// How to mend it, where that is known.
    pub help: Option<String>,
}

/// Words that mean something by themselves.
pub const KEYWORDS: [&str; 6] = ["and", "or", "not", "near", "ordered", "at_least"];

/// Brackets, or rules, that may stand inside of each other.
pub const MAX_DEPTH: usize = 24;
const MAX_STEPS: usize = 250;
const MAX_PARTS: u16 = 30;
/// What the phone's stack holds.
const MAX_STACK: usize = 64;

/// Reads a condition; `lookup` gives what a name stands for.
///
/// # Errors
/// The first place where it cannot be read.
pub fn parse(text: &str, lookup: &mut dyn FnMut(&str) -> Option<Name>) -> Result<Vec<Op>, ConditionError> {
    let read = read(text, lookup);
    read.map_err(|error| {
        let spelt = error.help.is_none().then(|| text.get(error.at.clone()).and_then(spelt)).flatten();
        match spelt {
            Some(word) => ConditionError { help: Some(format!("write `{word}`")), ..error },
            None => error,
        }
    })
}

fn read(text: &str, lookup: &mut dyn FnMut(&str) -> Option<Name>) -> Result<Vec<Op>, ConditionError> {
    let mut parser = Parser { tokens: tokens(text), at: 0, end: text.len(), lookup, steps: Vec::new() };
    parser.either(0)?;
    match parser.peek() {
        Some((token, at)) => Err(error(at.clone(), format!("did not expect `{token}` here"))),
        None if parser.steps.len() > MAX_STEPS => Err(error(0..text.len(), format!("more than {MAX_STEPS} steps"))),
        None if stack(&parser.steps) > MAX_STACK => {
            Err(error(0..text.len(), "too many parts wait for each other; name some as a term"))
        }
        None => Ok(parser.steps),
    }
}

/// The names in a condition that may be those of rules, whether it can be read or not.
pub fn names(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).into_iter().map(|(token, _)| token).filter(|token| !KEYWORDS.contains(token))
}

/// The word for what other languages write as a sign or in capitals.
fn spelt(token: &str) -> Option<&'static str> {
    match token {
        "&" | "&&" | "+" => Some("and"),
        "|" | "||" => Some("or"),
        "!" | "~" => Some("not"),
        _ => KEYWORDS.into_iter().find(|word| *word != token && word.eq_ignore_ascii_case(token)),
    }
}

/// The most values that wait on the stack while the steps run.
fn stack(steps: &[Op]) -> usize {
    let (mut depth, mut most, mut skip) = (0usize, 0, 0usize);
    for op in steps {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        depth = match *op {
            Op::Atom(_) | Op::Fact(_) => depth + 1,
            Op::Not => depth,
            Op::AtLeast { n, .. } => (depth + 1).saturating_sub(usize::from(n)),
            Op::Near { n, .. } => {
                skip = usize::from(n);
                depth + 1
            }
        };
        most = most.max(depth);
    }
    most
}

fn error(at: Range<usize>, message: impl Into<String>) -> ConditionError {
    ConditionError { at, message: message.into(), kind: Kind::Syntax, help: None }
}

/// A part of near or ordered that is no term.
fn composite(at: Range<usize>, token: &str) -> ConditionError {
    let help = "define a term that holds the words of both";
    let error = error(at, format!("`{token}` has no place in the text; near and ordered take terms"));
    ConditionError { help: Some(help.to_owned()), ..error }
}

fn tokens(text: &str) -> Vec<(&str, Range<usize>)> {
    let mut out = Vec::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        if c.is_whitespace() {
            continue;
        }
        let mut end = start + c.len_utf8();
        if matches!(c, '&' | '|') && chars.next_if(|(_, next)| *next == c).is_some() {
            end += 1;
        }
        while is_name(c)
            && let Some((_, next)) = chars.next_if(|(_, next)| is_name(*next))
        {
            end += next.len_utf8();
        }
        out.push((text.get(start..end).unwrap_or(""), start..end));
    }
    out
}

struct Parser<'a> {
    tokens: Vec<(&'a str, Range<usize>)>,
    at: usize,
    end: usize,
    lookup: &'a mut dyn FnMut(&str) -> Option<Name>,
    steps: Vec<Op>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&(&'a str, Range<usize>)> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.peek().is_some_and(|t| t.0 == token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), ConditionError> {
        if self.eat(token) { Ok(()) } else { Err(error(self.place(), format!("expected `{token}`"))) }
    }

    fn place(&self) -> Range<usize> {
        self.peek().map_or(self.end..self.end, |t| t.1.clone())
    }

    fn either(&mut self, depth: usize) -> Result<(), ConditionError> {
        if depth > MAX_DEPTH {
            return Err(error(self.place(), format!("nested deeper than {MAX_DEPTH}")));
        }
        let n = self.list("or", depth, Self::both)?;
        if n > 1 {
            self.steps.push(Op::AtLeast { k: 1, n });
        }
        Ok(())
    }

    fn both(&mut self, depth: usize) -> Result<(), ConditionError> {
        let n = self.list("and", depth, Self::unary)?;
        if n > 1 {
            self.steps.push(Op::AtLeast { k: n, n });
        }
        Ok(())
    }

    fn list(
        &mut self,
        between: &str,
        depth: usize,
        item: fn(&mut Self, usize) -> Result<(), ConditionError>,
    ) -> Result<u8, ConditionError> {
        let mut n = 0;
        loop {
            item(self, depth)?;
            n += 1;
            if n > MAX_PARTS {
                return Err(error(self.place(), format!("more than {MAX_PARTS} parts; use a term")));
            }
            if !self.eat(between) {
                return Ok(n as u8);
            }
        }
    }

    fn unary(&mut self, depth: usize) -> Result<(), ConditionError> {
        if self.eat("not") {
            if depth > MAX_DEPTH {
                return Err(error(self.place(), format!("nested deeper than {MAX_DEPTH}")));
            }
            self.unary(depth + 1)?;
            self.steps.push(Op::Not);
            return Ok(());
        }
        if self.eat("(") {
            self.either(depth + 1)?;
            return self.expect(")");
        }
        let Some((token, at)) = self.peek().cloned() else {
            return Err(error(self.place(), "a name is missing at the end"));
        };
        self.at += 1;
        match token {
            "near" | "ordered" => self.window(token == "ordered"),
            "at_least" => {
                self.expect("(")?;
                self.at_least(depth + 1)
            }
            name => {
                match self.name(name, at.clone())? {
                    Name::Atom(atom) => self.steps.push(Op::Atom(atom)),
                    Name::Fact(fact) => self.steps.push(Op::Fact(fact)),
                    Name::Rule(steps) if self.steps.len() + steps.len() > MAX_STEPS => {
                        return Err(error(at, format!("more than {MAX_STEPS} steps with those of `{name}`")));
                    }
                    Name::Rule(steps) => self.steps.extend(steps),
                    Name::TooDeep => {
                        let help = "name the rules further inside, or write their terms here";
                        let error = error(
                            at,
                            format!("too deep: `{name}` already holds {MAX_DEPTH} rules inside of each other"),
                        );
                        return Err(ConditionError { help: Some(help.to_owned()), ..error });
                    }
                    Name::Cycle => {
                        let error = error(at, format!("`{name}` leads round in a circle"));
                        return Err(ConditionError { kind: Kind::Cycle, ..error });
                    }
                    Name::Retired => {
                        let help = "write out what it said, or take it away";
                        let error = error(at, format!("`{name}` is a rule of a retired family"));
                        return Err(ConditionError { kind: Kind::Retired, help: Some(help.to_owned()), ..error });
                    }
                }
                Ok(())
            }
        }
    }

    fn at_least(&mut self, depth: usize) -> Result<(), ConditionError> {
        let wanted = self.place();
        let k = self.number(1, MAX_PARTS)?;
        self.expect(",")?;
        let mut parts: Vec<Vec<Op>> = Vec::new();
        loop {
            let (start, first) = (self.place(), self.steps.len());
            self.either(depth)?;
            let part = self.steps.get(first..).unwrap_or(&[]).to_vec();
            if parts.contains(&part) {
                return Err(error(start, "this part stands twice in one at_least"));
            }
            parts.push(part);
            if parts.len() > usize::from(MAX_PARTS) {
                return Err(error(self.place(), format!("more than {MAX_PARTS} parts; use a term")));
            }
            if !self.eat(",") {
                break;
            }
        }
        self.expect(")")?;
        let n = parts.len() as u8;
        if k > u16::from(n) {
            return Err(error(wanted, format!("{k} of {n} parts can never hold")));
        }
        self.steps.push(Op::AtLeast { k: k as u8, n });
        Ok(())
    }

    fn window(&mut self, ordered: bool) -> Result<(), ConditionError> {
        self.expect("(")?;
        let distance = self.number(1, 500)?;
        let mut atoms = Vec::new();
        while self.eat(",") {
            let Some((name, at)) = self.peek().cloned() else { break };
            if matches!(name, "(" | "not" | "near" | "ordered" | "at_least") {
                return Err(composite(at, name));
            }
            self.at += 1;
            match self.name(name, at.clone())? {
                Name::Atom(atom) if atoms.contains(&Op::Atom(atom)) => {
                    return Err(error(at, format!("`{name}` stands twice; it is always near itself")));
                }
                Name::Atom(atom) => atoms.push(Op::Atom(atom)),
                Name::Fact(_) => {
                    let help = "write it beside: `near(40, a, b) and …`";
                    return Err(ConditionError { help: Some(help.to_owned()), ..composite(at, name) });
                }
                _ => return Err(composite(at, name)),
            }
        }
        if let Some((token, at)) = self.peek().filter(|t| matches!(t.0, "and" | "or" | "(")) {
            return Err(composite(at.clone(), token));
        }
        if !(2..=8).contains(&atoms.len()) {
            return Err(error(self.place(), "near and ordered take a distance and two to eight terms"));
        }
        self.expect(")")?;
        self.steps.push(Op::Near { n: atoms.len() as u8, ordered, distance });
        self.steps.extend(atoms);
        Ok(())
    }

    fn number(&mut self, low: u16, high: u16) -> Result<u16, ConditionError> {
        let place = self.place();
        let number = self.peek().and_then(|t| t.0.parse().ok()).filter(|n| (low..=high).contains(n));
        self.at += 1;
        number.ok_or_else(|| error(place, format!("expected a number from {low} to {high}")))
    }

    fn name(&mut self, name: &str, at: Range<usize>) -> Result<Name, ConditionError> {
        let capitals = name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && spelt(name).is_some();
        if capitals || KEYWORDS.contains(&name) || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(error(at, format!("did not expect `{name}` here")));
        }
        let unknown = || ConditionError { kind: Kind::UnknownName, ..error(at, format!("unknown name `{name}`")) };
        (self.lookup)(name).ok_or_else(unknown)
    }
}
