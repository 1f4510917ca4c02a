//! RabbitMQ, through lapin.

use std::sync::Arc;

use super::Driver;
use crate::runtime::Runtime;
use crate::{Error, ErrorKind, RabbitOptions, TransportUrl};

pub(crate) async fn connect(
    _: &TransportUrl,
    _: &RabbitOptions,
    _: Arc<dyn Runtime>,
) -> Result<Arc<dyn Driver>, Error> {
    Err(Error::new(ErrorKind::Config, "the driver for `rabbit://` is not part of this commit"))
}
