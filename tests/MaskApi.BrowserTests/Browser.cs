using System.Diagnostics.CodeAnalysis;
using MaskApi.Testing;
using Microsoft.Playwright;

namespace MaskApi.BrowserTests;

/// <summary>Chromium with a portrait in front of its camera, and a service to visit. Tests skip where there is no browser.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>Longer than anything takes on a slow, busy machine. A passing test never waits this long.</summary>
    private const float TimeoutMs = 60_000;

    private static readonly string[] _candidates =
    [
        "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", @"C:\Program Files\Google\Chrome\Application\chrome.exe",
    ];

    private readonly string? _program = _candidates.FirstOrDefault(File.Exists);
    private readonly string _video = Path.Combine(Path.GetTempPath(), $"maskapi-camera-{Guid.NewGuid():N}.mjpeg");
    private readonly LiveService _service = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (_program is null)
        {
            return;
        }

        await _service.InitializeAsync();

        // Motion JPEG is a sequence of baseline JPEGs.
        var frame = await File.ReadAllBytesAsync(Pictures.Frame);
        await File.WriteAllBytesAsync(_video, [.. frame, .. frame]);
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = _program,
            Timeout = TimeoutMs,
            Args =
            [
                "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
                $"--use-file-for-fake-video-capture={_video}",
            ],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        await _service.DisposeAsync();
        File.Delete(_video);
    }

    /// <summary>Runs a test on its own page. Also fails if the page threw or violated its content security policy.</summary>
    internal async Task RunAsync(string path, Func<IPage, Task> test, BrowserNewContextOptions? options = null)
    {
        SkipWithoutBrowser();
        options ??= new();
        options.BaseURL = _service.Address.AbsoluteUri;
        options.ReducedMotion = ReducedMotion.Reduce;
        await using var context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(TimeoutMs);
        Assertions.SetDefaultExpectTimeout(TimeoutMs);
        var page = await context.NewPageAsync();
        var errors = new List<string>();
        page.PageError += (_, error) => errors.Add(error);
        page.Console += (_, message) =>
        {
            // The browser also logs failed responses as errors; the tests check those themselves.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                errors.Add(message.Text);
            }
        };
        await page.GotoAsync(path);
        await test(page);
        Assert.Empty(errors);
    }

    [MemberNotNull(nameof(_browser))]
    private void SkipWithoutBrowser()
    {
        Assert.SkipWhen(_browser is null, $"Chromium is not installed. Looked for {string.Join(", ", _candidates)}.");
        if (_browser is null)
        {
            throw new InvalidOperationException("Unreachable: the test is skipped.");
        }
    }
}
