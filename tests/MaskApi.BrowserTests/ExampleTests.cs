using System.Text.RegularExpressions;
using MaskApi.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaskApi.BrowserTests;

/// <summary><c>examples/browser</c>, which calls the service from another origin.</summary>
[Trait("Category", "Slow")]
public sealed class ExampleTests(Browser browser)
{
    [Fact]
    public async Task The_page_sends_a_photograph_and_draws_its_faces()
    {
        var files = new WebApplicationOptions { WebRootPath = Path.Combine(AppContext.BaseDirectory, "Example") };
        await using var site = WebApplication.CreateBuilder(files).Build();
        site.Urls.Add("http://127.0.0.1:0");
        site.UseFileServer();
        await site.StartAsync(TestContext.Current.CancellationToken);
        var origin = site.Urls.Single();
        await using var service = new LiveService(("MaskApi:Cors:AllowedOrigins:0", origin));
        await service.InitializeAsync();

        await browser.RunAsync($"{origin}/?service={service.Address.GetLeftPart(UriPartial.Authority)}", async page =>
        {
            await page.SetInputFilesAsync("input", Pictures.Frame);
            var status = page.GetByRole(AriaRole.Status);
            await Expect(status).ToHaveTextAsync(new Regex("^without_mask [0-9.]+%$"));

            // The color of the box is nowhere in the portrait.
            var red = await page.EvaluateAsync<int>(
                """
                () => {
                  const canvas = document.querySelector('canvas');
                  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
                  let count = 0;
                  for (let i = 0; i < data.length; i += 4) count += data[i] === 0xd3 && data[i + 1] === 0x2f && data[i + 2] === 0x2f;
                  return count;
                }
                """);
            Assert.True(red > 300, $"{red} pixels have the color of the box.");

            await page.SetInputFilesAsync("input", Pictures.Text);
            await Expect(status).ToContainTextAsync("Send JPEG, PNG, WebP, GIF or BMP.");
        });
    }
}
