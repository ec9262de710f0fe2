using System.CommandLine;
using MaskApi.Cli.Commands;

namespace MaskApi.Cli;

/// <summary>The program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        var root = new RootCommand("Finds every face in pictures and tells how it wears a mask.") { DetectCommand.Create() };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            // The library answers 1, which here means that some pictures failed.
            await parsed.InvokeAsync();
            return ExitCode.Usage;
        }

        // Ctrl-C: pictures at work are given up and what is done is written; only then would the process be ended by force.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
