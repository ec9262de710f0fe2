using System.Text;
using Microsoft.Playwright;
using Microsoft.VisualBasic.FileIO;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary>The results of several pictures as a table.</summary>
[Trait("Category", "Slow")]
public sealed class TableTests(Browser browser)
{
    private static readonly string _two = Answers.Batch(
        Answers.Detection(0.9, (0.7, 0.2, 0.1), (0.1, 0.9, 0)),
        Answers.Detection(0.9, (0.95, 0.03, 0.02)),
        Answers.Detection(0.9, faces: []));

    [Fact]
    public Task There_is_a_row_for_each_face_empty_picture_and_error() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await Expect(page.Locator("#faces li")).ToHaveCountAsync(1);
        await Expect(page.Locator("#table-card")).ToBeHiddenAsync();

        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask, Pictures.Nobody, Pictures.Text]);
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(4);
        await Expect(page.Locator("#table-summary")).ToHaveTextAsync("4 rows");
        await Expect(page.Locator("#table-body tr").Nth(0)).ToContainTextAsync("portrait.jpgWithout mask, face 1 of 1");
        await Expect(page.Locator("#table-body tr").Nth(1)).ToContainTextAsync("mask.jpgWith mask");
        await Expect(page.Locator("#table-body tr").Nth(2)).ToHaveTextAsync("bricks.jpgNo face");
        await Expect(page.Locator("#table-body tr").Nth(3)).ToHaveTextAsync("text.jpgThat is not a supported picture.");
        await Expect(page.Locator("#table-counts b")).ToHaveTextAsync(["1", "1", "0", "0"]);

        // The service's threshold and the page's sliders apply here, too.
        await page.SetAsync("Minimum detection confidence", 0.95);
        await page.SetAsync("Minimum verdict confidence", 0.99);
        await Expect(page.Locator("#table-body .badge.with_mask, #table-body .badge.uncertain, #table-body .badge.without_mask"))
            .ToHaveCountAsync(await page.Locator("#table-body .open").CountAsync());

        // A name leads to its picture.
        await page.Locator("#table-body .name").Nth(3).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("text.jpg: That is not a supported picture.");
    });

    [Fact]
    public Task Columns_sort_up_down_and_back_also_with_the_keyboard() => TwoAsync(async page =>
    {
        await ExpectOrderAsync("70.0 %", "90.0 %", "95.0 %", "");
        var heading = page.GetByRole(AriaRole.Columnheader, new() { Name = "Confidence" });
        await heading.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(heading).ToHaveAttributeAsync("aria-sort", "ascending");
        await ExpectOrderAsync("70.0 %", "90.0 %", "95.0 %", "");
        await page.Keyboard.PressAsync("Enter");
        await Expect(heading).ToHaveAttributeAsync("aria-sort", "descending");
        await ExpectOrderAsync("95.0 %", "90.0 %", "70.0 %", "");
        await page.Keyboard.PressAsync("Tab");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.GetByRole(AriaRole.Columnheader, new() { Name = "With mask" })).ToHaveAttributeAsync("aria-sort", "ascending");
        await Expect(page.Locator("[aria-sort]")).ToHaveCountAsync(1);
        await ExpectOrderAsync("90.0 %", "70.0 %", "95.0 %", "");
        await page.Keyboard.PressAsync("Space");
        await page.Keyboard.PressAsync("Space");
        await Expect(page.Locator("[aria-sort]")).ToHaveCountAsync(0);
        await ExpectOrderAsync("70.0 %", "90.0 %", "95.0 %", "");

        // Names as people count: 2 before 10.
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Picture" }).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator("#table-body .name")).ToHaveTextAsync(["photo 2.jpg", "photo 3.jpg", "photo 10.jpg", "photo 10.jpg"]);

        Task ExpectOrderAsync(params string[] confidences) =>
            Expect(page.Locator("#table-body tr")).ToContainTextAsync(confidences);
    });

    [Fact]
    public Task One_filter_governs_list_and_table() => TwoAsync(async page =>
    {
        await page.Locator("#table-counts [data-label=without_mask]").ClickAsync();
        await Expect(page.Locator("#table-body .open")).ToHaveTextAsync(["Without mask, face 2 of 2"]);
        await Expect(page.Locator("#table-summary")).ToHaveTextAsync("1 row");
        await Expect(page.Locator("#faces .what")).ToHaveTextAsync(["Without mask"]);
        await Expect(page.Locator("#counts [data-label=without_mask]")).ToHaveAttributeAsync("aria-pressed", "true");

        // The counts are of the picture there, and of all pictures here.
        await Expect(page.Locator("#counts b")).ToHaveTextAsync(["1", "1", "0", "0"]);
        await Expect(page.Locator("#table-counts b")).ToHaveTextAsync(["2", "1", "0", "0"]);
        await page.Locator("#counts [data-label=without_mask]").ClickAsync();
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(4);
    });

    [Fact]
    public Task The_table_can_be_downloaded_as_csv() => browser.RunAsync("/", async page =>
    {
        await page.AnswerBatchAsync(_two);
        var bytes = await File.ReadAllBytesAsync(Pictures.Portrait, TestContext.Current.CancellationToken);
        await page.SetInputFilesAsync(
            "#files",
            ((string[])["=HYPERLINK(\"http://x\"),1.jpg", "größe 漢字.jpg", "@none.jpg"])
                .Select(name => new FilePayload { Name = name, MimeType = "image/jpeg", Buffer = bytes }));
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(4);
        await page.GetByRole(AriaRole.Columnheader, new() { Name = "Confidence" }).GetByRole(AriaRole.Button).ClickAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.Equal("faces.csv", download.SuggestedFilename);

        var file = await File.ReadAllBytesAsync(await download.PathAsync(), TestContext.Current.CancellationToken);
        Assert.Equal(Encoding.UTF8.Preamble, file.AsSpan(0, 3));
        var text = Encoding.UTF8.GetString(file.AsSpan(3));
        Assert.Equal(5, text.Split("\r\n").Length - 1);
        Assert.EndsWith("\r\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
        var lines = Parse(text);
        Assert.Equal(
            "picture,face,faces,verdict,confidence,withMask,withoutMask,incorrectlyWorn,detectionConfidence,"
                + "x,y,width,height,imageWidth,imageHeight,error,message",
            string.Join(',', lines[0]));
        Assert.Equal(
            [
                "'=HYPERLINK(\"http://x\"),1.jpg|1|2|with_mask|0.7|0.7|0.2|0.1|0.9|10|72|108|117|512|512||",
                "'=HYPERLINK(\"http://x\"),1.jpg|2|2|without_mask|0.9|0.1|0.9|0|0.9|130|72|108|117|512|512||",
                "größe 漢字.jpg|1|1|with_mask|0.95|0.95|0.03|0.02|0.9|10|72|108|117|512|512||",
                "'@none.jpg|0|0|||||||||||512|512||",
            ],
            lines.Skip(1).Select(static line => string.Join('|', line)));

        // As shown: filtered, too.
        await page.Locator("#table-counts [data-label=without_mask]").ClickAsync();
        var filtered = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Button, new() { Name = "CSV" }).ClickAsync());
        Assert.Equal(2, Parse((await File.ReadAllTextAsync(await filtered.PathAsync())).TrimStart('\uFEFF')).Count);
    });

    [Fact]
    public Task Many_rows_come_in_portions() => browser.RunAsync("/", async page =>
    {
        var many = Answers.Detection(0.9, [.. Enumerable.Repeat((0.9, 0.1, 0.0), 120)]);
        await page.AnswerBatchAsync(Answers.Batch(many, many));
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask]);
        await Expect(page.Locator("#table-summary")).ToHaveTextAsync("240 rows");
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(100);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 100 more" }).ClickAsync();
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(200);
        await Expect(page.Locator("#table-body tr").Nth(100).Locator(".name")).ToBeFocusedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Show 40 more" }).ClickAsync();
        await Expect(page.Locator("#more-rows")).ToBeHiddenAsync();
    });

    [Fact]
    public Task The_keyboard_focus_stays_while_rows_arrive() => browser.RunAsync("/", async page =>
    {
        var batches = 0;
        var released = new TaskCompletionSource();
        await page.RouteAsync("**/v1/detections/batch?**", async route =>
        {
            if (++batches == 2)
            {
                await released.Task;
            }

            await route.ContinueAsync();
        });
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask, Pictures.Nobody, Pictures.Text, Pictures.Mask]);
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(4);
        await page.Locator("#table-body .open").Nth(1).FocusAsync();
        released.SetResult();
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(5);
        await Expect(page.Locator("#table-body .open").Nth(1)).ToBeFocusedAsync();
    });

    private Task TwoAsync(Func<IPage, Task> test) => browser.RunAsync("/", async page =>
    {
        await page.AnswerBatchAsync(_two);
        var bytes = await File.ReadAllBytesAsync(Pictures.Portrait, TestContext.Current.CancellationToken);
        await page.SetInputFilesAsync(
            "#files",
            ((string[])["photo 10.jpg", "photo 2.jpg", "photo 3.jpg"])
                .Select(name => new FilePayload { Name = name, MimeType = "image/jpeg", Buffer = bytes }));
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(4);
        await test(page);
    });

    private static List<string[]> Parse(string csv)
    {
        using var parser = new TextFieldParser(new StringReader(csv)) { Delimiters = [","] };
        var lines = new List<string[]>();
        while (parser.ReadFields() is { } fields)
        {
            lines.Add(fields);
        }

        return lines;
    }
}
