using System.CommandLine;
using BenchmarkDotNet.Running;
using MaskApi.Benchmarks.Commands;

// Anything that is no verb of ours is for BenchmarkDotNet: `--filter '*Stage*'`, `--list flat`.
if (args is not [("decode" or "loop" or "picture" or "png" or "scaling" or "stages" or "--help"), ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

return await new RootCommand("Times the pipeline. Without a verb: the benchmarks, by BenchmarkDotNet's own options.")
{
    DecodeCommand.Create(),
    LoopCommand.Create(),
    PictureCommand.Create(),
    PngCommand.Create(),
    ScalingCommand.Create(),
    StagesCommand.Create(),
}.Parse(args).InvokeAsync();
