//! A map by names that never changes once it is made. In: names and values. Out: values by name, in order of the names.
//!
//! A sorted list: of a tree the compiler makes code of its own for each type of value, some eight kilobytes of the phone library.

/// Values by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted<V>(Vec<(String, V)>);

impl<V> Default for Sorted<V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V> Sorted<V> {
    /// The map of `pairs`; `None` when a name stands twice.
    pub(super) fn of(mut pairs: Vec<(String, V)>) -> Option<Self> {
        // What another map was read from comes in order already.
        if !pairs.is_sorted_by(|a, b| a.0 < b.0) {
            pairs.sort_by(|a, b| a.0.cmp(&b.0));
        }
        pairs.is_sorted_by(|a, b| a.0 < b.0).then_some(Self(pairs))
    }

    /// The value of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&V> {
        let at = self.0.binary_search_by(|(other, _)| other.as_str().cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Names and values in order of the names, by code point.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &V)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::Sorted;

    #[test]
    fn names_are_found_in_any_order_and_refused_twice() {
        let pairs = |names: &[&str]| names.iter().enumerate().map(|(n, name)| ((*name).to_owned(), n)).collect();
        let map = Sorted::of(pairs(&["b", "a", "", "ab"])).unwrap();
        assert_eq!(map.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["", "a", "ab", "b"]);
        assert_eq!((map.get("ab"), map.get("c"), map.len(), map.is_empty()), (Some(&3), None, 4, false));
        assert!(Sorted::of(pairs(&["a", "b", "a"])).is_none());
    }
}
