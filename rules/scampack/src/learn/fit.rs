//! Logistic regression. In: examples with targets and weights. Out: weights of features and grams, the same on every run.
//!
//! The loss is the weighted log loss with a quadratic penalty; L-BFGS (Nocedal 1980) finds its minimum. Authored rules are
//! an offset: what they say already is not learnt once more.

use super::design::{Design, Example};
use anyhow::{Context, bail};
use argmin::core::{CostFunction, Error, Executor, Gradient};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use scamfilter::pack::MAX_BITS;
use std::sync::Mutex;

/// Parts whose sums are added in order, so that threads change nothing.
const PARTS: usize = 8;
/// Steps that L-BFGS remembers.
const MEMORY: usize = 8;

/// What one head should learn of one example.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Index of the example.
    pub example: usize,
    /// Answer wished, 0 to 1.
    pub answer: f64,
    /// How much it counts.
    pub weight: f64,
    /// Log-odds that stand already.
    pub offset: f64,
}

/// Size, penalties and steps.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Bits of the gram table.
    pub bits: u8,
    /// On grams.
    pub grams: f64,
    /// On features.
    pub features: f64,
    /// Most steps.
    pub steps: u64,
}

/// What one head learnt: log-odds are bias, features, and grams (times their rarity, over the root of their number).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Head {
    /// Bias.
    pub bias: f64,
    /// By column.
    pub features: Vec<f64>,
    /// Bits of the gram table.
    pub bits: u8,
    /// By bucket, rarity included.
    pub grams: Vec<f64>,
}

impl Head {
    /// Log-odds of an example without what authored rules add.
    #[must_use]
    pub fn margin(&self, example: &Example) -> f64 {
        let of = |weights: &[f64], at: usize| weights.get(at).copied().unwrap_or(0.0);
        let features: f64 = example.features.iter().map(|column| of(&self.features, *column as usize)).sum();
        let shift = MAX_BITS - self.bits.clamp(1, MAX_BITS);
        let grams: f64 = example.grams.iter().map(|bucket| of(&self.grams, (bucket >> shift) as usize)).sum();
        self.bias + features + grams / (example.grams.len().max(1) as f64).sqrt()
    }
}

/// Learns one head.
///
/// # Errors
/// Targets of one kind only, or an optimiser that diverged.
pub fn fit(design: &Design, targets: &[Target], settings: Settings) -> anyhow::Result<Head> {
    let sum = |wanted: fn(f64) -> bool| targets.iter().filter(|t| wanted(t.answer)).map(|t| t.weight).sum::<f64>();
    if sum(|answer| answer > 0.5) <= 0.0 || sum(|answer| answer < 0.5) <= 0.0 {
        bail!("there are only messages of one kind: learning needs wanted ones and others");
    }
    let columns = design.keys.len();
    let rarity = design.rarity(settings.bits);
    let start = vec![0.0; 1 + columns + rarity.len()];
    let point = minimum(Problem { design, targets, settings, rarity: &rarity, last: Mutex::new(None) }, start)?;
    let (bias, rest) = point.split_first().context("no weights")?;
    let (features, grams) = rest.split_at(columns);
    let grams = grams.iter().zip(&rarity).map(|(w, rarity)| w * f64::from(*rarity)).collect();
    Ok(Head { bias: *bias, features: features.to_vec(), bits: settings.bits, grams })
}

fn minimum(problem: Problem<'_>, start: Vec<f64>) -> anyhow::Result<Vec<f64>> {
    let steps = problem.settings.steps;
    let solver =
        LBFGS::new(MoreThuenteLineSearch::new(), MEMORY).with_tolerance_grad(1e-7)?.with_tolerance_cost(1e-10)?;
    let result = Executor::new(problem, solver).configure(|state| state.param(start).max_iters(steps)).run();
    let mut result = result.map_err(|e| anyhow::anyhow!("learning diverged: {e}"))?;
    let best = result.state.take_best_param().context("learning found nothing")?;
    if best.iter().any(|w| !w.is_finite()) {
        bail!("learning diverged: a weight is no number; raise the penalties in {}", super::plan::FILE);
    }
    Ok(best)
}

/// Loss and gradient at the point where they were last asked for.
type Last = (Vec<f64>, f64, Vec<f64>);

struct Problem<'a> {
    design: &'a Design,
    targets: &'a [Target],
    settings: Settings,
    rarity: &'a [f32],
    last: Mutex<Option<Last>>,
}

impl Problem<'_> {
    fn at(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some((_, loss, gradient)) = last.as_ref().filter(|(known, _, _)| known == point) {
            return (*loss, gradient.clone());
        }
        let (loss, gradient) = self.compute(point);
        *last = Some((point.to_vec(), loss, gradient.clone()));
        (loss, gradient)
    }

    fn compute(&self, point: &[f64]) -> (f64, Vec<f64>) {
        let columns = self.design.keys.len();
        let scaled: Vec<f64> = match point.get(1 + columns..) {
            Some(grams) => grams.iter().zip(self.rarity).map(|(w, r)| w * f64::from(*r)).collect(),
            None => Vec::new(),
        };
        let size = self.targets.len().div_ceil(PARTS).max(1);
        let parts: Vec<&[Target]> = self.targets.chunks(size).collect();
        let (scaled, threads) = (&scaled, 2);
        let sums: Vec<(f64, Vec<f64>)> = std::thread::scope(|scope| {
            let share = parts.len().div_ceil(threads).max(1);
            let running: Vec<_> = parts
                .chunks(share)
                .map(|mine| {
                    scope.spawn(move || mine.iter().map(|part| self.part(point, scaled, part)).collect::<Vec<_>>())
                })
                .collect();
            running
                .into_iter()
                .flat_map(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        let mut gradient = vec![0.0; point.len()];
        let mut loss = 0.0;
        for (part_loss, part) in sums {
            loss += part_loss;
            gradient.iter_mut().zip(part).for_each(|(sum, g)| *sum += g);
        }
        let total: f64 = self.targets.iter().map(|t| t.weight).sum::<f64>().max(1e-9);
        loss /= total;
        let rarity = std::iter::repeat_n(1.0, 1 + columns).chain(self.rarity.iter().map(|r| f64::from(*r)));
        for (index, ((slot, weight), rare)) in gradient.iter_mut().zip(point).zip(rarity).enumerate() {
            *slot *= rare / total;
            let penalty = match index {
                0 => 0.0,
                index if index <= columns => self.settings.features,
                _ => self.settings.grams,
            };
            loss += 0.5 * penalty * weight * weight;
            *slot += penalty * weight;
        }
        (loss, gradient)
    }

    /// Summed loss and gradient of some targets, grams not yet scaled by their rarity.
    fn part(&self, point: &[f64], scaled: &[f64], targets: &[Target]) -> (f64, Vec<f64>) {
        let columns = self.design.keys.len();
        let mut gradient = vec![0.0; point.len()];
        let mut loss = 0.0;
        let shift = MAX_BITS - self.settings.bits.clamp(1, MAX_BITS);
        let (bias, features) = point.split_first().map_or((0.0, point), |(bias, rest)| (*bias, rest));
        for target in targets {
            let Some(example) = self.design.examples.get(target.example) else { continue };
            let root = 1.0 / (example.grams.len().max(1) as f64).sqrt();
            let named: f64 = example.features.iter().filter_map(|c| features.get(*c as usize)).sum();
            let grams: f64 = example.grams.iter().filter_map(|b| scaled.get((*b >> shift) as usize)).sum();
            let margin = target.offset + bias + named + grams * root;
            // log(1 + e^m) - answer * m, without overflow.
            loss += target.weight * (margin.max(0.0) + (-margin.abs()).exp().ln_1p() - target.answer * margin);
            let slope = target.weight * (1.0 / (1.0 + (-margin).exp()) - target.answer);
            if let Some(first) = gradient.first_mut() {
                *first += slope;
            }
            for column in &example.features {
                if let Some(slot) = gradient.get_mut(1 + *column as usize) {
                    *slot += slope;
                }
            }
            let slope = slope * root;
            let tail = gradient.get_mut(1 + columns..).unwrap_or(&mut []);
            for bucket in &example.grams {
                if let Some(slot) = tail.get_mut((*bucket >> shift) as usize) {
                    *slot += slope;
                }
            }
        }
        (loss, gradient)
    }
}

impl CostFunction for Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, point: &Self::Param) -> Result<f64, Error> {
        Ok(self.at(point).0)
    }
}

impl Gradient for Problem<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, point: &Self::Param) -> Result<Vec<f64>, Error> {
        Ok(self.at(point).1)
    }
}
