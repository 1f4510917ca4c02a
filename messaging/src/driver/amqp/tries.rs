//! How often something may still be tried.

/// How often something may still be tried again; time bounds it in any case.
#[derive(Debug)]
pub(super) struct Tries(Option<u32>);

impl Tries {
    /// `retries` after the first try; none is as many as time allows.
    pub(super) fn of(retries: Option<u32>) -> Self {
        Self(retries)
    }

    pub(super) fn without_limit() -> Self {
        Self(None)
    }

    /// Takes one, after a try in vain; false if there is none left.
    pub(super) fn spend(&mut self) -> bool {
        let Some(left) = &mut self.0 else { return true };
        match left.checked_sub(1) {
            Some(fewer) => {
                *left = fewer;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_tries_follow_the_first_as_were_asked_for() {
        for (retries, expected) in [(Some(0), 0), (Some(3), 3), (None, 100)] {
            let mut tries = Tries::of(retries);
            let spent = (0..100).take_while(|_| tries.spend()).count();
            assert_eq!(spent, expected, "{retries:?}");
        }
    }
}
