using MaskApi.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary>Faces made unrecognizable, in all places where the page shows them.</summary>
[Trait("Category", "Slow")]
public sealed class RedactionTests(Browser browser)
{
    private const string Redacted = "#redacted";

    /// <summary>Mean difference between the page's and the service's redaction, 0–255: rounding, and the edges of the region.</summary>
    private const double MaxDifference = 4;

    /// <summary>Mean difference between a redacted and a plain face, 0–255. It shows that the bound above is tight.</summary>
    private const double MinEffect = 15;

    [Theory]
    [InlineData("Blur")]
    [InlineData("Pixelate")]
    public Task The_page_redacts_as_the_service_does(string choice) => browser.RunAsync("/", async page =>
    {
        await page.RedactAsync(choice);
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.Locator(".face")).ToHaveCountAsync(1);
        await Expect(page.Locator("#image")).ToHaveCSSAsync("visibility", "hidden");
        await Expect(page.Locator(Redacted)).ToBeVisibleAsync();
        await Expect(page.Locator(Redacted)).ToHaveAccessibleNameAsync("portrait.jpg. 1 face: 1 without.");

        // Within the box, as the service draws lines around it.
        var differences = await page.EvaluateAsync<double[]>(
            """
            async redact => {
              const body = await (await fetch('examples/portrait.jpg')).blob();
              const query = new URLSearchParams({ redact, format: 'png' });
              const answer = await fetch(`v1/annotations?${query}`, { method: 'POST', body, headers: { 'Content-Type': 'image/jpeg' } });
              const frame = document.getElementById('frame').getBoundingClientRect();
              const box = document.querySelector('.face').getBoundingClientRect();
              const scale = 512 / frame.width;
              const pixelsOf = picture => {
                const context = new OffscreenCanvas(512, 512).getContext('2d');
                context.drawImage(picture, 0, 0);
                const [left, top] = [(box.left - frame.left) * scale + 10, (box.top - frame.top) * scale + 10];
                return context.getImageData(left, top, box.width * scale - 20, box.height * scale - 20).data;
              };
              const shown = pixelsOf(document.getElementById('redacted'));
              const difference = (one, other) => one.reduce((sum, value, i) => sum + Math.abs(value - other[i]), 0) / one.length * 4 / 3;
              return [
                difference(shown, pixelsOf(await createImageBitmap(await answer.blob()))),
                difference(shown, pixelsOf(await createImageBitmap(body))),
              ];
            }
            """,
            choice.ToLowerInvariant());
        Assert.InRange(differences[0], 0, MaxDifference);
        Assert.InRange(differences[1], MinEffect, 255);
    });

    [Fact]
    public Task No_detector_finds_a_face_in_what_is_shown_or_downloaded() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await page.Locator("#faces button").ClickAsync();
        await ExpectCropAsync(["without_mask"]);
        await page.Keyboard.PressAsync("Escape");
        foreach (var choice in (string[])["Blur", "Pixelate"])
        {
            await page.RedactAsync(choice);
            Assert.Empty(await page.JudgeCanvasAsync(Redacted));
            await page.Locator("#faces button").ClickAsync();
            await ExpectCropAsync([]);
            await page.Keyboard.PressAsync("Escape");

            IRequest? asked = null;
            page.Request += (_, request) => asked = request;
            var download = await page.RunAndWaitForDownloadAsync(
                () => page.GetByRole(AriaRole.Button, new() { Name = "Picture", Exact = true }).ClickAsync());
            Assert.Contains($"redact={choice.ToLowerInvariant()}", asked?.Url, StringComparison.Ordinal);
            await page.RedactAsync("Off");
            await page.SetInputFilesAsync("#files", await download.PathAsync());
            await Expect(page.Locator("#headline")).ToHaveTextAsync("No face found.");
            await page.SetInputFilesAsync("#files", Pictures.Portrait);
            await Expect(page.Locator("#faces button")).ToHaveCountAsync(1);
        }

        await Expect(page.Locator("#image")).ToBeVisibleAsync();
        await Expect(page.Locator(Redacted)).ToBeHiddenAsync();

        async Task ExpectCropAsync(string[] labels)
        {
            await page.WaitForFunctionAsync(
                """
                () => {
                  const canvas = document.getElementById('face-crop');
                  return canvas.getContext('2d').getImageData(320, 320, 1, 1).data[3] > 0;
                }
                """);
            Assert.Equal(labels, await page.JudgeCanvasAsync("#face-crop"));
        }
    });

    [Fact]
    public Task Nothing_is_shown_while_the_faces_are_unknown() => browser.RunAsync("/", async page =>
    {
        var released = new TaskCompletionSource();
        await page.RouteAsync("**/v1/detections?**", async route =>
        {
            await released.Task;
            await route.FulfillAsync(new()
            {
                Status = 500,
                ContentType = "application/problem+json",
                Body = """{"code":"internal_error","title":"Failed","status":500,"detail":"Failed."}""",
            });
        });
        await page.RedactAsync("Blur");
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.Locator("#busy")).ToBeVisibleAsync();
        await ExpectNothingShownAsync();
        released.SetResult();
        await Expect(page.Locator("#unseen")).ToContainTextAsync("its faces are not known");
        await ExpectNothingShownAsync();
        await page.RedactAsync("Off");
        await Expect(page.Locator("#image")).ToHaveCSSAsync("visibility", "visible");

        async Task ExpectNothingShownAsync()
        {
            await Expect(page.Locator("#image")).ToHaveCSSAsync("visibility", "hidden");
            await Expect(page.Locator(Redacted)).ToBeHiddenAsync();
        }
    });

    [Fact]
    public async Task The_operators_choice_is_where_the_page_starts()
    {
        await using var service = new LiveService(("MaskApi:Annotations:Redact", "Pixelate"));
        await service.InitializeAsync();
        await browser.RunAsync(service.Address.AbsoluteUri, async page =>
        {
            await Expect(page.GetByLabel("Pixelate")).ToBeCheckedAsync();
            await page.SetInputFilesAsync("#files", Pictures.Portrait);
            await Expect(page.Locator(Redacted)).ToBeVisibleAsync();
            await page.RedactAsync("Off");
            await Expect(page.Locator("#image")).ToHaveCSSAsync("visibility", "visible");
        });
    }

    [Fact]
    public Task Faces_that_are_filtered_out_are_redacted_too() => browser.RunAsync("/", async page =>
    {
        await page.RedactAsync("Pixelate");
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await page.Locator("#counts [data-label=with_mask]").ClickAsync();
        await Expect(page.Locator(".face")).ToHaveCountAsync(0);
        Assert.Empty(await page.JudgeCanvasAsync(Redacted));
    });

    [Fact]
    public Task The_small_pictures_are_blurred() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask]);
        await Expect(page.Locator("#gallery img").First).ToHaveCSSAsync("filter", "none");
        await page.RedactAsync("Blur");
        await Expect(page.Locator("#gallery img").First).ToHaveCSSAsync("filter", "blur(9px)");
    });

    [Fact]
    public Task The_camera_shows_only_redacted_frames() => browser.RunAsync(
        "/",
        async page =>
        {
            await page.RedactAsync("Blur");
            await page.GetByRole(AriaRole.Button, new() { Name = "Camera" }).ClickAsync();
            await Expect(page.Locator(".face.without_mask")).ToHaveCountAsync(1);
            await Expect(page.Locator("#video")).ToHaveCSSAsync("visibility", "hidden");
            await Expect(page.Locator(Redacted)).ToBeVisibleAsync();
            Assert.Empty(await page.JudgeCanvasAsync(Redacted));
        },
        new() { Permissions = ["camera"] });
}
