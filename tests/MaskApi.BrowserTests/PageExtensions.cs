using System.Globalization;
using Microsoft.Playwright;

namespace MaskApi.BrowserTests;

/// <summary>What several tests do on the page.</summary>
internal static class PageExtensions
{
    extension(IPage page)
    {
        /// <summary>Moves a slider.</summary>
        internal Task SetAsync(string label, double value) =>
            page.GetByLabel(label).FillAsync(value.ToString(CultureInfo.InvariantCulture));

        /// <summary>Chooses how faces are redacted.</summary>
        internal Task RedactAsync(string choice) =>
            page.GetByRole(AriaRole.Group, new() { Name = "Redact faces" }).GetByText(choice, new() { Exact = true }).ClickAsync();

        /// <summary>Answers every batch the same.</summary>
        internal Task AnswerBatchAsync(string json) => page.RouteAsync(
            "**/v1/detections/batch?**", route => route.FulfillAsync(new() { ContentType = "application/json", Body = json }));

        /// <summary>Presses Tab until an element has focus. Fails if a full round does not reach it.</summary>
        internal async Task TabToAsync(string selector)
        {
            for (var i = 0; i < 60; i++)
            {
                await page.Keyboard.PressAsync("Tab");
                if (await page.EvaluateAsync<bool>("selector => document.activeElement?.matches(selector)", selector))
                {
                    return;
                }
            }

            Assert.Fail($"{selector} cannot be reached by the keyboard.");
        }

        /// <summary>The verdicts of the service on what a canvas shows.</summary>
        internal Task<string[]> JudgeCanvasAsync(string selector) => page.EvaluateAsync<string[]>(
            """
            async selector => {
              const body = await new Promise(resolve => document.querySelector(selector).toBlob(resolve, 'image/png'));
              const answer = await fetch('v1/detections', { method: 'POST', body, headers: { 'Content-Type': 'application/octet-stream' } });
              return (await answer.json()).faces.map(face => face.label);
            }
            """,
            selector);
    }
}
