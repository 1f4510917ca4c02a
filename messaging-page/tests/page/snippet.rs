{
use std::time::Duration;

use messaging::{CallError, RpcClient, Target, Transport, Version};
use serde_json::{Value, json};

let url = std::env::var("MESSAGING_URL")?;
let transport = Transport::connect(&url).await?;
let target = Target::topic("scheduler")
    .version(Version::new(2, 0));
let client = RpcClient::new(&transport, target);

let args = json!({"request_spec": {"memory_mb": 1}});
let call = client
    .call::<Value>("select_hosts", args)
    .timeout(Duration::from_secs(30));
match call.await {
    Ok(result) => println!("{result}"),
    Err(CallError::Remote(it))
        if it.is("scheduler_exceptions", "NoValidHost") =>
    {
        println!("{}: {:?}", it.message, it.kwargs);
    }
    Err(error) => return Err(error.into()),
}
}
