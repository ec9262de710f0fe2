using MaskApi;
using MaskApi.Info;

if (args is ["health", ..])
{
    return await HealthProbe.RunAsync(args.ElementAtOrDefault(1), Console.Out);
}

return await ServiceHost.RunAsync(args);
