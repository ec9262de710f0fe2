using System.ComponentModel;
using System.Diagnostics;

namespace MaskApi.Testing;

/// <summary>External programs that some tests need.</summary>
internal static class Command
{
    /// <summary>Longer than any of them takes on a slow, busy machine.</summary>
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(4);

    /// <summary>Skips the test if a program is not installed.</summary>
    internal static void SkipWithout(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        string[] names = OperatingSystem.IsWindows() ? [$"{program}.exe", $"{program}.cmd"] : [program];
        Assert.SkipUnless(
            folders.Any(folder => names.Any(name => File.Exists(Path.Combine(folder, name)))), $"{program} is not installed.");
    }

    /// <summary>Runs a program and fails the test if it fails.</summary>
    /// <returns>Its standard output.</returns>
    internal static async Task<string> RunAsync(DirectoryInfo folder, string program, params string[] arguments)
    {
        var (code, output, error) = await TryAsync(folder, program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} exited with {code}:\n{output}\n{error}");
        return output;
    }

    /// <summary>Runs a program, whatever its exit code.</summary>
    internal static async Task<(int Code, string Output, string Error)> TryAsync(
        DirectoryInfo folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Environment variables meant for the test host would confuse other programs.
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
