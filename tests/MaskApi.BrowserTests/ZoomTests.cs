using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary>Enlarging the picture and moving it about.</summary>
[Trait("Category", "Slow")]
public sealed class ZoomTests(Browser browser)
{
    [Fact]
    public Task Boxes_stay_sharp_and_in_place() => PortraitAsync(async page =>
    {
        var before = await BoxInPictureAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("225 %");
        var after = await BoxInPictureAsync(page);
        for (var i = 0; i < before.Length; i++)
        {
            Assert.Equal(before[i], after[i], 0.005);
        }

        // Larger, but neither by a transformation, which would thicken its lines, nor by the device's zoom.
        await Expect(page.Locator(".face")).ToHaveCSSAsync("border-top-width", "3px");
        await Expect(page.Locator("#view")).ToHaveCSSAsync("transform", "none");
        Assert.Equal(2.25, await ShownAsync(page, "image.width / frame.width"), 0.01);

        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom out" }).ClickAsync();
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("150 %");
        await page.Locator("#zoom-reset").ClickAsync();
        Assert.Equal(1, await ShownAsync(page, "image.width / frame.width"), 0.01);
        Assert.Equal(0, await ShownAsync(page, "image.left - frame.left"), 0.5);
    });

    [Fact]
    public Task A_wheel_scrolls_the_page_and_with_ctrl_zooms_where_it_points() => PortraitAsync(async page =>
    {
        var frame = (await page.Locator("#frame").BoundingBoxAsync())!;
        var (x, y) = (frame.X + (frame.Width * 0.25f), frame.Y + (frame.Height * 0.25f));
        await page.Mouse.MoveAsync(x, y);
        await page.Keyboard.DownAsync("Control");
        await page.Mouse.WheelAsync(0, -120);
        await page.Keyboard.UpAsync("Control");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("149 %");
        Assert.Equal(0.25, await ShownAsync(page, $"({x} - image.left) / image.width"), 0.005);
        Assert.Equal(0.25, await ShownAsync(page, $"({y} - image.top) / image.height"), 0.005);

        await page.Mouse.WheelAsync(0, 300);
        await page.WaitForFunctionAsync("() => scrollY > 0");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("149 %");
    });

    [Fact]
    public Task A_label_stays_in_sight_with_its_box() => PortraitAsync(async page =>
    {
        var face = (await page.Locator(".face").BoundingBoxAsync())!;
        var (x, y) = (face.X + (face.Width / 2), face.Y + (face.Height / 2));
        await page.Mouse.MoveAsync(x, y);
        await page.Keyboard.DownAsync("Control");
        for (var i = 0; i < 5; i++)
        {
            await page.Mouse.WheelAsync(0, -120);
        }

        await page.Keyboard.UpAsync("Control");
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x - 100, y - 100, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        var frame = (await page.Locator("#frame").BoundingBoxAsync())!;
        var box = (await page.Locator(".face").BoundingBoxAsync())!;
        Assert.True(box.X < frame.X && box.Y < frame.Y, "The box does not begin out of sight.");
        var label = (await page.Locator(".face b").BoundingBoxAsync())!;
        Assert.InRange(label.X, frame.X - 1, frame.X + frame.Width - label.Width);
        Assert.InRange(label.Y, frame.Y - 1, frame.Y + frame.Height - label.Height);
    });

    [Fact]
    public Task A_drag_moves_the_picture_within_its_frame_and_opens_no_face() => PortraitAsync(async page =>
    {
        var face = (await page.Locator(".face").BoundingBoxAsync())!;
        var (x, y) = (face.X + (face.Width / 2), face.Y + (face.Height / 2));
        await page.Mouse.MoveAsync(x, y);
        await page.Keyboard.DownAsync("Control");
        await page.Mouse.WheelAsync(0, -120);
        await page.Mouse.WheelAsync(0, -120);
        await page.Keyboard.UpAsync("Control");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("223 %");
        var (left, top) = (await ShownAsync(page, "image.left"), await ShownAsync(page, "image.top"));
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x - 30, y - 20, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        Assert.Equal(left - 30, await ShownAsync(page, "image.left"), 1);
        Assert.Equal(top - 20, await ShownAsync(page, "image.top"), 1);
        await Expect(page.Locator("#face-dialog")).ToBeHiddenAsync();

        // Far beyond its edge.
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(x + 3000, y + 3000, new() { Steps = 4 });
        await page.Mouse.UpAsync();
        Assert.Equal(0, await ShownAsync(page, "image.left - frame.left"), 0.5);
        Assert.Equal(0, await ShownAsync(page, "image.top - frame.top"), 0.5);

        await page.Locator(".face").ClickAsync();
        await Expect(page.Locator("#face-dialog")).ToBeVisibleAsync();
    });

    [Fact]
    public Task Keys_zoom_and_move() => PortraitAsync(async page =>
    {
        await page.Locator("#frame").FocusAsync();
        await page.Keyboard.PressAsync("+");
        await page.Keyboard.PressAsync("+");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("225 %");
        var left = await ShownAsync(page, "(image.left - frame.left) / frame.width");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal(left - 0.15, await ShownAsync(page, "(image.left - frame.left) / frame.width"), 0.01);
        await page.Keyboard.PressAsync("-");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("150 %");
        await page.Keyboard.PressAsync("0");
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("100 %");
    });

    [Fact]
    public Task Two_fingers_zoom_and_one_moves_what_is_enlarged() => PortraitAsync(
        async page =>
        {
            var frame = (await page.Locator("#frame").BoundingBoxAsync())!;
            var (x, y) = (frame.X + (frame.Width / 2), frame.Y + (frame.Height / 2));
            var touch = await page.Context.NewCDPSessionAsync(page);
            await TouchAsync("touchStart", (x - 20, y));
            await TouchAsync("touchStart", (x - 20, y), (x + 20, y));
            for (var spread = 25; spread <= 60; spread += 5)
            {
                await TouchAsync("touchMove", (x - spread, y), (x + spread, y));
            }

            await TouchAsync("touchEnd");
            await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("300 %");
            await Expect(page.Locator("#face-dialog")).ToBeHiddenAsync();

            var left = await ShownAsync(page, "image.left");
            await TouchAsync("touchStart", (x, y));
            await TouchAsync("touchMove", (x - 20, y));
            await TouchAsync("touchMove", (x - 40, y));
            await TouchAsync("touchEnd");
            Assert.Equal(left - 40, await ShownAsync(page, "image.left"), 1);

            // Neither has scrolled the page, nor enlarged all of it.
            Assert.Equal(0, await page.EvaluateAsync<double>("scrollY"));
            Assert.Equal(1, await page.EvaluateAsync<double>("visualViewport.scale"));

            Task TouchAsync(string type, params (float X, float Y)[] fingers) => touch.SendAsync(
                "Input.dispatchTouchEvent",
                new()
                {
                    ["type"] = type,
                    ["touchPoints"] = fingers.Select(static (finger, id) => new { x = finger.X, y = finger.Y, id }).ToArray(),
                });
        },
        new() { HasTouch = true, IsMobile = true, ViewportSize = new() { Width = 390, Height = 800 } });

    [Fact]
    public Task Another_picture_is_shown_whole() => PortraitAsync(async page =>
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await page.SetInputFilesAsync("#files", [Pictures.Portrait, Pictures.Mask]);
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("100 %");
        await page.GetByRole(AriaRole.Button, new() { Name = "Zoom in" }).ClickAsync();
        await page.Locator("#gallery button").Nth(1).ClickAsync();
        await Expect(page.Locator("#zoom-reset")).ToHaveTextAsync("100 %");
    });

    private Task PortraitAsync(Func<IPage, Task> test, BrowserNewContextOptions? options = null) => browser.RunAsync(
        "/",
        async page =>
        {
            await page.SetInputFilesAsync("#files", Pictures.Portrait);
            await Expect(page.Locator(".face")).ToHaveCountAsync(1);
            await test(page);
        },
        options);

    /// <summary>The face's box in shares of the picture: left, top, width, height.</summary>
    private static async Task<double[]> BoxInPictureAsync(IPage page)
    {
        var picture = (await page.Locator("#image").BoundingBoxAsync())!;
        var box = (await page.Locator(".face").BoundingBoxAsync())!;
        return
        [
            (box.X - picture.X) / picture.Width, (box.Y - picture.Y) / picture.Height,
            box.Width / picture.Width, box.Height / picture.Height,
        ];
    }

    /// <summary>A measure of the places of <c>image</c> and <c>frame</c> on the screen.</summary>
    private static Task<double> ShownAsync(IPage page, string measure) => page.EvaluateAsync<double>(
        $$"""
        () => {
          const [frame, image] = ['frame', 'image'].map(id => document.getElementById(id).getBoundingClientRect());
          return {{measure}};
        }
        """);
}
