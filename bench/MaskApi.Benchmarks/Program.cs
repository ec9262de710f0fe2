using System.CommandLine;
using BenchmarkDotNet.Running;
using MaskApi.Benchmarks.Commands;

// Anything else goes to BenchmarkDotNet: `--filter '*Stage*'`, `--list flat`.
if (args is not [("decode" or "loop" or "peers" or "picture" or "png" or "profile" or "scaling" or "stages" or "--help"), ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    return 0;
}

return await new RootCommand("Times the pipeline. Without a verb, runs the benchmarks with BenchmarkDotNet's own options.")
{
    DecodeCommand.Create(),
    LoopCommand.Create(),
    PeersCommand.Create(),
    PictureCommand.Create(),
    PngCommand.Create(),
    ProfileCommand.Create(),
    ScalingCommand.Create(),
    StagesCommand.Create(),
}.Parse(args).InvokeAsync();
