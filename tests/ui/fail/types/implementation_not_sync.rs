use messaging::{Context, Failure, rpc_api};

#[rpc_api(topic = "api", version = "2.6")]
pub trait Api {
    async fn ping(&self, ctx: &Context) -> Result<u32, Failure>;
}

struct It(std::cell::Cell<u32>);

impl Api for It {
    fn ping(&self, _: &Context) -> impl Future<Output = Result<u32, Failure>> + Send {
        std::future::ready(Ok(self.0.get()))
    }
}

fn serve() {
    let _ = ApiEndpoint::new(It(std::cell::Cell::new(1)));
}

fn main() {}
