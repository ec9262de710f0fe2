using System.Globalization;
using Spectre.Console;

namespace MaskApi.Cli.Display;

/// <summary>A run's progress on standard error: a bar on a terminal, a line every 15 seconds elsewhere.</summary>
internal static class ProgressDisplay
{
    private static readonly TimeSpan _barInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan _lineInterval = TimeSpan.FromSeconds(15);

    /// <summary>Shows a run's progress until it ends.</summary>
    /// <param name="summary">What the run has done.</param>
    /// <param name="total">The number of pictures; incomplete while they are being counted.</param>
    /// <param name="work">The run.</param>
    public static async Task RunAsync(RunSummary summary, Task<int?> total, Func<Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            var running = work();
            while (await Task.WhenAny(running, Task.Delay(_lineInterval)).ConfigureAwait(false) != running)
            {
                await Console.Error.WriteLineAsync(Line(summary, Total(total))).ConfigureAwait(false);
            }

            await running.ConfigureAwait(false);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(),
                new SpinnerColumn())
            .StartAsync(async context =>
            {
                var bar = context.AddTask("pictures").IsIndeterminate();
                var running = work();
                while (await Task.WhenAny(running, Task.Delay(_barInterval)).ConfigureAwait(false) != running)
                {
                    if (Total(total) is { } known)
                    {
                        bar.IsIndeterminate = false;
                        bar.MaxValue = Math.Max(1, known);
                    }

                    bar.Value = Math.Min(summary.Pictures, bar.MaxValue);
                    bar.Description = string.Create(CultureInfo.InvariantCulture, $"{summary.Pictures} pictures, {summary.Rate:0.0}/s");
                }

                await running.ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    private static int? Total(Task<int?> total) => total.IsCompletedSuccessfully ? total.Result : null;

    private static string Line(RunSummary summary, int? total)
    {
        var left = total is { } known
            ? TimeSpan.FromSeconds(Math.Max(0, known - summary.Pictures) / Math.Max(summary.Rate, 1e-9))
            : (TimeSpan?)null;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{summary.Pictures}{(total is null ? "" : $"/{total}")} pictures, {summary.Rate:0.0}/s"
            + $"{(left is null ? "" : $", {left:hh\\:mm\\:ss} left")}");
    }
}
