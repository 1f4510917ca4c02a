//! That the model can fail: faults that it is not told of, and that it has to notice.

use crate::story::Story;
use crate::weather::Weather;
use crate::world::Sabotage;

/// The broken promises of a fault that is not written down, in otherwise fair weather.
fn broken_by(sabotage: Sabotage) -> Vec<String> {
    let weather = Some(Weather::calm());
    let of_seed =
        |seed| Story { sabotage: Some(sabotage), weather: weather.clone(), ..Story::of(seed) };
    (0..3).flat_map(|seed| of_seed(seed).tell().broken).collect()
}

#[test]
fn what_is_delivered_after_it_was_acknowledged_is_caught_as_doubled() {
    let broken = broken_by(Sabotage::DeliverAgain);
    assert!(broken.iter().any(|what| what.contains("doubled: it ran")), "{broken:?}");
}

#[test]
fn what_is_confirmed_and_does_not_arrive_is_caught_as_lost() {
    let broken = broken_by(Sabotage::Lose);
    assert!(broken.iter().any(|what| what.contains("lost: it was confirmed")), "{broken:?}");
}

#[test]
fn an_answer_that_reaches_another_call_is_caught_as_wrong() {
    let broken = broken_by(Sabotage::SwapReplies);
    assert!(broken.iter().any(|what| what.contains("wrong answer")), "{broken:?}");
}

/// Where nothing fails, nothing is found, and everything succeeds.
#[test]
fn fair_weather_breaks_nothing() {
    for seed in 0..10 {
        let told = Story { weather: Some(Weather::calm()), ..Story::of(seed) }.tell();
        assert!(told.broken.is_empty(), "seed {seed}: {:?}", told.broken);
        assert!(told.struck.iter().all(|times| *times == 0));
    }
}
