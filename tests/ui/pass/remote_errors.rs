//! Errors travel as classes with arguments, and come back as what they were.

use messaging::{Failure, RemoteError};

#[derive(Clone, Debug, PartialEq, RemoteError)]
#[remote(module = "demo.exceptions")]
enum PlacementError {
    NoCapacity,
    #[remote(class = "HostDownError")]
    HostDown(String),
    Range(u32, u32),
    Busy {
        host: String,
        until: Option<u64>,
    },
    #[remote(module = "builtins", class = "ValueError")]
    Value(String),
    Expired {
        #[serde(rename = "at")]
        when: u64,
        #[serde(skip)]
        secret: String,
        #[serde(default = "minute")]
        grace: u32,
    },
    Counted(#[serde(skip)] u32, u32, #[serde(default)] u32),
    Large(u128),
}

fn minute() -> u32 {
    60
}

impl std::fmt::Display for PlacementError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "as text: {self:?}")
    }
}

#[derive(Debug, PartialEq, RemoteError)]
struct Denied {
    user: String,
}

impl std::fmt::Display for Denied {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} is denied", self.user)
    }
}

mod r#mod {
    #[derive(Debug, messaging::RemoteError)]
    pub struct Refused;

    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("refused")
        }
    }
}

fn main() {
    for error in [
        PlacementError::NoCapacity,
        PlacementError::HostDown("host-1".to_owned()),
        PlacementError::Range(1, 2),
        PlacementError::Busy { host: "host-1".to_owned(), until: None },
        PlacementError::Value("text".to_owned()),
        PlacementError::Expired { when: 3, secret: String::new(), grace: 5 },
        PlacementError::Counted(0, 1, 2),
        PlacementError::Large(1),
    ] {
        let failure = error.to_failure();
        assert_eq!(failure.message, error.to_string());
        assert_eq!(PlacementError::from_failure(&failure), Some(error));
    }

    let down = PlacementError::HostDown("host-1".to_owned()).to_failure();
    assert!(down.is("demo.exceptions", "HostDownError"));
    assert_eq!(down.args, ["host-1"]);
    let busy = PlacementError::Busy { host: "host-1".to_owned(), until: Some(3) }.to_failure();
    assert!(busy.args.is_empty());
    assert_eq!(busy.kwargs["until"], 3);

    // From Python: only a message; a suffix; a class of another module; arguments that do not fit.
    let python = Failure::new("builtins", "ValueError", "no");
    assert_eq!(PlacementError::from_failure(&python), Some(PlacementError::Value("no".to_owned())));
    let passed_on = Failure::new("demo.exceptions_Remote", "NoCapacity_Remote", "");
    assert_eq!(PlacementError::from_failure(&passed_on), Some(PlacementError::NoCapacity));
    assert_eq!(PlacementError::from_failure(&Failure::new("other", "NoCapacity", "")), None);
    assert_eq!(PlacementError::from_failure(&Failure::new("demo.exceptions", "Range", "")), None);

    // What is skipped stays at home; what has a default may be left out.
    let expired = PlacementError::Expired { when: 3, secret: "s3cret".to_owned(), grace: 5 };
    let mut failure = expired.to_failure();
    assert_eq!(failure.kwargs.keys().collect::<Vec<_>>(), ["at", "grace"]);
    failure.kwargs.remove("grace");
    let back = PlacementError::Expired { when: 3, secret: String::new(), grace: 60 };
    assert_eq!(PlacementError::from_failure(&failure), Some(back));
    let counted = PlacementError::Counted(7, 1, 2).to_failure();
    assert_eq!(counted.args, [1, 2]);

    // A field that JSON cannot hold: the message travels, and no argument is made up.
    let large = PlacementError::Large(u128::MAX).to_failure();
    assert_eq!(large.args, [large.message.as_str()]);
    assert_eq!(PlacementError::from_failure(&large), None);

    assert_eq!(r#mod::Refused.to_failure().module, format!("{}.mod", module_path!()));

    let denied = Denied { user: "eve".to_owned() };
    let failure = denied.to_failure();
    assert_eq!(failure.module, module_path!().replace("::", "."));
    assert_eq!(Denied::from_failure(&failure), Some(denied));
}
