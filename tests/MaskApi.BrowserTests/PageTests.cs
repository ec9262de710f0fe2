using System.Text.Json;
using System.Text.RegularExpressions;
using MaskApi.Vision;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary>What a person can do on the page.</summary>
[Trait("Category", "Slow")]
public sealed partial class PageTests(Browser browser)
{
    private const string AllDetections = "**/v1/detections?**";

    [Fact]
    public Task An_example_is_one_click_away() => browser.RunAsync("/", async page =>
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Portrait" }).ClickAsync();
        await ExpectOneFaceAsync(page, "1 without");
        await Expect(page.Locator("#faces li")).ToContainTextAsync("Without mask");
        await Expect(page.Locator("#timings")).ToContainTextAsync("Service");

        // The box covers the face: the portrait's eyes are near 0.40 and 0.48 of its width, at 0.20 of its height.
        var picture = await page.Locator("#image").BoundingBoxAsync();
        var box = await page.Locator(".face").BoundingBoxAsync();
        Assert.NotNull(picture);
        Assert.NotNull(box);
        Assert.InRange((box.X - picture.X) / picture.Width, 0.27, 0.40);
        Assert.InRange((box.X + box.Width - picture.X) / picture.Width, 0.48, 0.61);
        Assert.InRange((box.Y - picture.Y) / picture.Height, 0.08, 0.20);
        Assert.InRange((box.Y + box.Height - picture.Y) / picture.Height, 0.29, 0.43);
    });

    [Fact]
    public Task A_picture_can_be_chosen() => browser.RunAsync("/", async page =>
    {
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.GetByText("Choose pictures").ClickAsync());
        await chooser.SetFilesAsync(Pictures.Mask);
        await ExpectOneFaceAsync(page, "1 with a mask");
    });

    [Theory]
    [InlineData("paste")]
    [InlineData("drop")]
    public Task A_picture_can_be_pasted_and_dropped(string way) => browser.RunAsync("/", async page =>
    {
        await page.EvaluateAsync(
            """
            async ([way]) => {
              const bytes = await (await fetch('examples/portrait.jpg')).blob();
              const data = new DataTransfer();
              data.items.add(new File([bytes], 'portrait.jpg', { type: 'image/jpeg' }));
              const event = way === 'paste'
                ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true })
                : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
              document.body.dispatchEvent(event);
            }
            """,
            new[] { way });
        await ExpectOneFaceAsync(page, "1 without");
    });

    [Fact]
    public Task Thresholds_apply_without_a_request() => browser.RunAsync("/", async page =>
    {
        var requests = 0;
        await page.RouteAsync(AllDetections, async route =>
        {
            requests++;
            await route.FulfillAsync(
                new() { ContentType = "application/json", Body = Answers.Detection(maskProbability: 0.7, detectionConfidence: 0.6) });
        });
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await ExpectOneFaceAsync(page, "1 with a mask");
        await page.SetAsync("Minimum verdict confidence", 0.8);
        await ExpectOneFaceAsync(page, "1 uncertain");
        await Expect(page.Locator(".face.uncertain")).ToHaveCountAsync(1);
        await page.SetAsync("Minimum detection confidence", 0.61);
        await Expect(page.Locator("#headline")).ToHaveTextAsync("No face found.");
        await page.SetAsync("Minimum detection confidence", 0.6);
        await page.SetAsync("Minimum verdict confidence", 0.7);
        await ExpectOneFaceAsync(page, "1 with a mask");
        Assert.Equal(1, requests);
    });

    [Fact]
    public Task A_cut_list_says_how_many_faces_it_leaves_out() => browser.RunAsync("/", async page =>
    {
        await page.RouteAsync(AllDetections, route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = Answers.Detection(detectionConfidence: 0.6, leftOut: 400, [(0.9, 0.1, 0), (0.1, 0.9, 0)]),
        }));
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.Locator("#headline")).ToHaveTextAsync("2 faces, 400 smaller ones left out: 1 with a mask, 1 without.");
        await page.SetAsync("Minimum detection confidence", 0.7);
        await Expect(page.Locator("#headline")).ToHaveTextAsync("No face found, 400 smaller ones left out.");
    });

    [Fact]
    public Task Every_verdict_has_its_words_color_and_sign() => AllVerdictsAsync(async page =>
    {
        await Expect(page.Locator("#headline")).ToHaveTextAsync("4 faces: 1 with a mask, 1 without, 1 worn wrong, 1 uncertain.");
        await Expect(page.Locator("#counts button")).ToHaveTextAsync(["1 With mask", "1 Without mask", "1 Worn wrong", "1 Uncertain"]);
        await Expect(page.Locator("#faces .what")).ToHaveTextAsync(["With mask", "Without mask", "Worn wrong", "Uncertain"]);
        foreach (var verdict in Verdicts.All)
        {
            await Expect(page.Locator($".face.{verdict.Name}")).ToHaveCSSAsync("border-top-color", Rgb(verdict.Color));
            await Expect(page.Locator($".face.{verdict.Name} b")).ToHaveCSSAsync("background-color", Rgb(verdict.Color));
            await Expect(page.Locator($".face.{verdict.Name} b")).ToHaveCSSAsync("color", Rgb(verdict.Ink));
            await Expect(page.Locator($"#faces .badge.{verdict.Name} use")).ToHaveAttributeAsync("href", $"#icon-{verdict.Name}");
            Assert.Equal(verdict.Sign, await page.Locator($"#icon-{verdict.Name} path").GetAttributeAsync("d"));
        }

        // The page and the service list the same verdicts in the same order.
        Assert.Equal(
            Verdicts.All.Select(static verdict => verdict.Name),
            await page.EvaluateAsync<string[]>("async () => Object.keys((await import('./js/verdicts.js')).verdicts)"));

    });

    [Fact]
    public Task Faces_can_be_filtered_by_verdict_also_with_the_keyboard() => AllVerdictsAsync(async page =>
    {
        var wrong = page.GetByRole(AriaRole.Button, new() { Name = "1 Worn wrong" });
        await wrong.ClickAsync();
        await Expect(wrong).ToHaveAttributeAsync("aria-pressed", "true");
        await Expect(page.Locator("#faces .what")).ToHaveTextAsync(["Worn wrong"]);
        await Expect(page.Locator(".face")).ToHaveCountAsync(1);
        await Expect(page.Locator(".face.incorrectly_worn")).ToHaveCountAsync(1);
        await page.Locator("#faces button").HoverAsync();
        await Expect(page.Locator(".face.incorrectly_worn.marked")).ToHaveCountAsync(1);

        // The counts still include all faces, and the thresholds still act.
        await Expect(page.Locator("#counts b")).ToHaveTextAsync(["1", "1", "1", "1"]);
        await page.SetAsync("Minimum verdict confidence", 0.95);
        await Expect(page.Locator(".face")).ToHaveCountAsync(0);
        await page.SetAsync("Minimum verdict confidence", 0.6);

        await page.TabToAsync("#counts [data-label=without_mask]");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#faces .what")).ToHaveTextAsync(["Without mask"]);
        await Expect(page.Locator("#counts [data-label=without_mask]")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#faces li")).ToHaveCountAsync(4);
        await Expect(page.Locator("#counts [aria-pressed=true]")).ToHaveCountAsync(0);

        // The next picture starts unfiltered.
        await wrong.ClickAsync();
        await page.SetInputFilesAsync("#files", Pictures.Mask);
        await Expect(page.Locator("#faces li")).ToHaveCountAsync(4);
    });

    [Fact]
    public Task An_example_shows_incorrectly_worn_masks() => browser.RunAsync("/", async page =>
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Worn wrong", Exact = true }).First.ClickAsync();
        await Expect(page.Locator("#headline")).ToContainTextAsync("2 faces: 2 worn wrong");
        await Expect(page.Locator("#image")).ToHaveJSPropertyAsync("naturalWidth", 480);
    });

    [Fact]
    public Task Changing_the_detail_sends_a_new_request() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await ExpectOneFaceAsync(page, "1 without");
        var request = await page.RunAndWaitForRequestAsync(() => page.GetByText("Fast", new() { Exact = true }).ClickAsync(), Detections());
        Assert.Contains("detail=fast", request.Url, StringComparison.Ordinal);
    });

    [Fact]
    public Task Several_pictures_go_through_the_batch_with_progress() => browser.RunAsync("/", async page =>
    {
        var batches = 0;
        var released = new TaskCompletionSource();
        await page.RouteAsync("**/v1/detections/batch**", async route =>
        {
            if (++batches == 2)
            {
                await released.Task;
            }

            await route.ContinueAsync();
        });
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask, Pictures.Nobody, Pictures.Text, Pictures.Mask]);
        await Expect(page.Locator("#progress-text")).ToHaveTextAsync("4 of 5");
        Assert.Equal("4", await page.Locator("#progress").EvaluateAsync<string>("bar => `${bar.value}`"));
        released.SetResult();
        await Expect(page.Locator("#progress-text")).ToHaveTextAsync("4 pictures. 3 faces: 2 with a mask, 1 without. 1 could not be read.");
        await Expect(page.Locator("#gallery span")).ToHaveTextAsync(["1 face", "1 face", "0 faces", "Failed", "1 face"]);
        await Expect(page.Locator("#gallery li").Nth(3).Locator("em")).ToHaveTextAsync("text.jpg");
        await Expect(page.Locator("#progress")).ToBeHiddenAsync();
        await page.Locator("#gallery button").Nth(1).ClickAsync();
        await Expect(page.Locator("#headline")).ToContainTextAsync("Picture 2 of 5: 1 face");
        await page.Locator("#gallery button").Nth(3).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("text.jpg: That is not a supported picture.");
    });

    [Fact]
    public Task A_file_that_is_no_picture_gets_a_plain_message() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Text);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("That is not a supported picture.");
        await Expect(page.Locator("#headline")).ToHaveTextAsync("No verdict.");
        await page.GetByRole(AriaRole.Button, new() { Name = "With a mask" }).ClickAsync();
        await ExpectOneFaceAsync(page, "1 with a mask");
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
    });

    [Fact]
    public Task An_unreachable_service_gets_a_plain_message() => browser.RunAsync("/", async page =>
    {
        await page.RouteAsync(AllDetections, route => route.AbortAsync());
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The service is unreachable.");
    });

    [Fact]
    public Task A_picture_over_the_limit_is_not_sent() => browser.RunAsync("/", async page =>
    {
        await Expect(page.Locator("#about")).Not.ToBeEmptyAsync();
        var requests = 0;
        await page.RouteAsync(AllDetections, route =>
        {
            requests++;
            return route.ContinueAsync();
        });
        await page.SetInputFilesAsync(
            "#files", new FilePayload { Name = "huge.jpg", MimeType = "image/jpeg", Buffer = new byte[(20 * 1024 * 1024) + 1] });
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The limit is 20 MB");
        Assert.Equal(0, requests);
    });

    [Fact]
    public Task A_refusal_is_retried() => browser.RunAsync("/", async page =>
    {
        var requests = 0;
        await page.RouteAsync(AllDetections, async route =>
        {
            if (++requests == 1)
            {
                await route.FulfillAsync(new()
                {
                    Status = 429,
                    ContentType = "application/problem+json",
                    Headers = new Dictionary<string, string> { ["Retry-After"] = "1" },
                    Body = """{"code":"overloaded","title":"Full","status":429,"detail":"Full."}""",
                });
                return;
            }

            await route.ContinueAsync();
        });
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await ExpectOneFaceAsync(page, "1 without");
        Assert.Equal(2, requests);
    });

    [Fact]
    public Task A_key_is_asked_for_and_sent() => browser.RunAsync("/", async page =>
    {
        await page.RouteAsync(AllDetections, async route =>
        {
            if (route.Request.Headers.GetValueOrDefault("x-api-key") == "open sesame")
            {
                await route.FulfillAsync(
                    new() { ContentType = "application/json", Body = Answers.Detection(maskProbability: 0.99, detectionConfidence: 0.9) });
                return;
            }

            await route.FulfillAsync(new()
            {
                Status = 401,
                ContentType = "application/problem+json",
                Body = """{"code":"unauthorized","title":"Key","status":401,"detail":"Send a key."}""",
            });
        });
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await page.GetByLabel("API key").FillAsync("open sesame");
        await page.Keyboard.PressAsync("Enter");
        await ExpectOneFaceAsync(page, "1 with a mask");
        await Expect(page.Locator("#key-form")).ToBeHiddenAsync();
    });

    [Fact]
    public Task The_keyboard_is_enough() => browser.RunAsync("/", async page =>
    {
        // File dialogs are intercepted once there is a listener, and enabling that is not awaited: if it were enabled just before the
        // key press, it could come too late on a busy machine.
        page.FileChooser += (_, _) => { };
        await page.TabToAsync("[data-example='examples/mask.jpg']");
        await page.Keyboard.PressAsync("Enter");
        await ExpectOneFaceAsync(page, "1 with a mask");
        await page.TabToAsync("#faces button");
        await Expect(page.Locator(".face.marked")).ToHaveCountAsync(1);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#face-dialog")).ToContainTextAsync("Detection confidence");
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#face-dialog")).ToBeHiddenAsync();
        await page.TabToAsync("#frame");
        await page.Keyboard.PressAsync("+");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("150 %");
        await page.Keyboard.PressAsync("0");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("100 %");
        await page.TabToAsync("#detection-threshold");
        await page.Keyboard.PressAsync("End");
        await Expect(page.Locator("#detection-threshold-value")).ToHaveTextAsync("95 %");
        await page.TabToAsync("[name=detail]");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.GetByLabel("High")).ToBeCheckedAsync();
        await page.TabToAsync("#files");
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.Keyboard.PressAsync("Enter"));
        Assert.True(chooser.IsMultiple);
    });

    [Fact]
    public Task A_face_shows_its_figures_on_hover() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await ExpectOneFaceAsync(page, "1 without");
        await page.Locator(".face").HoverAsync();
        await Expect(page.Locator(".face small")).ToBeVisibleAsync();
        await Expect(page.Locator("#faces button.marked")).ToHaveCountAsync(1);
    });

    [Fact]
    public Task The_annotated_picture_and_the_json_can_be_downloaded() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await ExpectOneFaceAsync(page, "1 without");
        var picture = await page.RunAndWaitForDownloadAsync(
            () => page.GetByRole(AriaRole.Button, new() { Name = "Picture", Exact = true }).ClickAsync());
        Assert.Equal("portrait-faces.png", picture.SuggestedFilename);
        var png = await File.ReadAllBytesAsync(await picture.PathAsync());
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], png[..4]);
        Assert.Equal([0, 0, 2, 0, 0, 0, 2, 0], png[16..24]);

        var file = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "JSON" }).ClickAsync());
        Assert.Equal("portrait-faces.json", file.SuggestedFilename);
        var json = JsonElement.Parse(await File.ReadAllTextAsync(await file.PathAsync()));
        Assert.Equal("without_mask", json.GetProperty("faces")[0].GetProperty("label").GetString());
        Assert.Equal(1, json.GetProperty("summary").GetProperty("withoutMask").GetInt32());
    });

    [Fact]
    public Task The_camera_is_analyzed_live_one_frame_at_a_time() => browser.RunAsync(
        "/",
        async page =>
        {
            int open = 0, most = 0, answers = 0;
            var fourth = new TaskCompletionSource();
            page.Request += (_, request) => most = IsDetection(request) ? Math.Max(most, Interlocked.Increment(ref open)) : most;
            page.RequestFinished += (_, request) =>
            {
                if (IsDetection(request))
                {
                    Interlocked.Decrement(ref open);
                    if (Interlocked.Increment(ref answers) == 4)
                    {
                        fourth.SetResult();
                    }
                }
            };
            await page.GetByRole(AriaRole.Button, new() { Name = "Camera" }).ClickAsync();
            await Expect(page.Locator("#rate")).ToContainTextAsync("pictures a second");
            await Expect(page.Locator(".face.without_mask")).ToHaveCountAsync(1);
            await fourth.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            Assert.Equal(1, most);

            await page.GetByRole(AriaRole.Button, new() { Name = "Take this picture" }).ClickAsync();
            await Expect(page.Locator("#faces li")).ToContainTextAsync("Without mask");
            await Expect(page.Locator("#video")).ToBeHiddenAsync();
        },
        new() { Permissions = ["camera"] });

    [Fact]
    public Task The_command_shown_follows_the_settings() => browser.RunAsync("/", async page =>
    {
        await page.GetByText("Command line", new() { Exact = true }).ClickAsync();
        await page.SetAsync("Minimum detection confidence", 0.33);
        await Expect(page.Locator("#command")).ToContainTextAsync("detectionThreshold=0.33");
        await Expect(page.Locator("#command")).ToContainTextAsync($"{new Uri(page.Url).Authority}/v1/detections");
    });

    /// <summary>Runs a test on a picture with one face of each verdict.</summary>
    private Task AllVerdictsAsync(Func<IPage, Task> test) => browser.RunAsync("/", async page =>
    {
        await page.RouteAsync(AllDetections, route => route.FulfillAsync(new()
        {
            ContentType = "application/json",
            Body = Answers.Detection(0.9, (0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9), (0.4, 0.35, 0.25)),
        }));
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.Locator("#faces li")).ToHaveCountAsync(4);
        await test(page);
    });

    private static string Rgb(uint color) => $"rgb({color >> 16}, {(color >> 8) & 0xFF}, {color & 0xFF})";

    private static bool IsDetection(IRequest request) => Detections().IsMatch(request.Url);

    private static async Task ExpectOneFaceAsync(IPage page, string which)
    {
        await Expect(page.Locator("#headline")).ToHaveTextAsync($"1 face: {which}.");
        await Expect(page.Locator("#faces li")).ToHaveCountAsync(1);
        await Expect(page.Locator(".face")).ToHaveCountAsync(1);
    }

    [GeneratedRegex(@"/v1/detections\?")]
    private static partial Regex Detections();
}
