using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MaskApi.Cli.Commands;

namespace MaskApi.Cli;

/// <summary>The program.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // Not a RootCommand, which takes its name from the assembly: users type the name of the tool.
        var root = new Command("maskapi", "Finds every face in pictures and tells how it wears a mask.")
        {
            DetectCommand.Create(), new HelpOption(), new VersionOption(),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            if (parsed.Action is ParseErrorAction action)
            {
                // Help is for a call without a command. After a mistake in an option it would only push the error off the screen.
                action.ShowHelp = parsed.CommandResult.Command == root;
            }

            // The library returns 1, which here means that some pictures failed.
            await parsed.InvokeAsync();
            return ExitCode.Usage;
        }

        // On Ctrl-C, pictures in progress are dropped and finished ones written. A process that takes longer is killed.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(30) });
    }
}
