use messaging::{Context, Failure, rpc_api};

macro_rules! api {
    ($text:ty) => {
        #[rpc_api(topic = "api", version = "2.6")]
        pub trait Api {
            async fn ping(&self, ctx: &Context, text: $text) -> Result<u32, Failure>;
        }
    };
}

api!(&str);

fn main() {}
