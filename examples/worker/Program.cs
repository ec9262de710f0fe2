// Watches a folder and writes what the service sees in its pictures:
//   dotnet run --project examples/worker -- --folder inbox --masks:baseAddress http://localhost:8080
using MaskApi.Examples.Worker;

var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddMaskApiClient(options => builder.Configuration.Bind("Masks", options));
builder.Services.AddHostedService<FolderWorker>();
await builder.Build().RunAsync();
