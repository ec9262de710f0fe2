using System.ComponentModel;
using System.Diagnostics;

namespace MaskApi.Testing;

/// <summary>Programs that some tests need and some machines have.</summary>
internal static class Command
{
    /// <summary>Longer than any of them takes on a slow and busy machine.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(4);

    /// <summary>Skips the test, with the reason, where a program is not on this machine.</summary>
    internal static void SkipWithout(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] names = OperatingSystem.IsWindows() ? [$"{program}.exe", $"{program}.cmd"] : [program];
        Assert.SkipUnless(
            folders.Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name)))), $"{program} is not on this machine.");
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it wrote to its standard output.</returns>
    internal static async Task<string> RunAsync(DirectoryInfo folder, string program, params string[] arguments)
    {
        var (code, output, error) = await TryAsync(folder, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs a program to its end, whatever that is.</summary>
    internal static async Task<(int Code, string Output, string Error)> TryAsync(DirectoryInfo folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the test host was told is not meant for other programs.
        start.Environment.Remove("MSBUILD_EXE_PATH");
        start.Environment.Remove("MSBuildSDKsPath");
        using var process = Process.Start(start) ?? throw new Win32Exception($"{program} did not start.");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(_limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
