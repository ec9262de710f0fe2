using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary>One face, large, beside its probabilities.</summary>
[Trait("Category", "Slow")]
public sealed class FaceDialogTests(Browser browser)
{
    [Theory]
    [InlineData("Escape")]
    [InlineData("Close")]
    [InlineData("outside")]
    public Task A_face_of_the_list_opens_and_the_focus_comes_back(string way) => browser.RunAsync("/", async page =>
    {
        await OpenTwoFacesAsync(page);
        await page.TabToAsync("#faces li:nth-child(2) button");
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Face 2 of 2 in portrait.jpg" });
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(dialog.Locator(".bars li")).ToHaveTextAsync(["With mask90.00 %", "Without mask6.00 %", "Worn wrong4.00 %"]);
        await Expect(dialog.Locator(".bars i")).ToHaveCountAsync(3);
        var bars = await dialog.Locator(".bars .meter").EvaluateAllAsync<double[]>(
            "bars => bars.map(bar => Math.round(bar.firstChild.offsetWidth / bar.offsetWidth * 100) / 100)");
        Assert.Equal([0.9, 0.06, 0.04], bars);
        await Expect(dialog).ToContainTextAsync("Detection confidence90.0 %Size108 × 117 pxPosition (left, top)130, 72 px");
        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "Face 2 of 2 in portrait.jpg: With mask" })).ToBeVisibleAsync();
        await Expect(dialog.GetByRole(AriaRole.Button, new() { Name = "Close" })).ToBeFocusedAsync();

        await (way switch
        {
            "Escape" => page.Keyboard.PressAsync("Escape"),
            "Close" => page.Keyboard.PressAsync("Enter"),
            _ => page.Mouse.ClickAsync(2, 2),
        });
        await Expect(dialog).ToBeHiddenAsync();
        await Expect(page.Locator("#faces button").Nth(1)).ToBeFocusedAsync();
    });

    [Fact]
    public Task A_row_of_the_table_shows_its_own_picture() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask]);
        await Expect(page.Locator("#table-body tr")).ToHaveCountAsync(2);

        // Anywhere in the row.
        await page.Locator("#table-body tr").Nth(1).Locator("td").Last.ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Face 1 of 1 in mask.jpg" })).ToBeVisibleAsync();
        await page.WaitForFunctionAsync(
            "() => document.getElementById('face-crop').getContext('2d').getImageData(320, 320, 1, 1).data[3] > 0");
        Assert.Equal(["with_mask"], await page.JudgeCanvasAsync("#face-crop"));
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("#table-body .open").Nth(1)).ToBeFocusedAsync();

        await page.Locator("#table-body .open").Nth(0).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Face 1 of 1 in portrait.jpg" })).ToBeVisibleAsync();
    });

    [Fact]
    public Task A_face_pressed_in_the_picture_opens() => browser.RunAsync("/", async page =>
    {
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
        await page.Locator(".face").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Face 1 of 1 in portrait.jpg" })).ToBeVisibleAsync();
    });

    [Fact]
    public Task The_number_is_the_same_whatever_is_filtered() => browser.RunAsync("/", async page =>
    {
        await OpenTwoFacesAsync(page);
        await page.Locator("#counts [data-label=with_mask]").ClickAsync();
        await page.Locator("#faces button").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Dialog, new() { Name = "Face 2 of 2 in portrait.jpg" })).ToContainTextAsync("With mask90.0 %");
    });

    private static async Task OpenTwoFacesAsync(IPage page)
    {
        var json = Answers.Detection(0.9, (0.05, 0.1, 0.85), (0.9, 0.06, 0.04));
        await page.RouteAsync("**/v1/detections?**", route => route.FulfillAsync(new() { ContentType = "application/json", Body = json }));
        await page.SetInputFilesAsync("#files", Pictures.Portrait);
    }
}
