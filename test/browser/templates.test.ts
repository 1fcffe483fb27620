import { describe, expect, it } from 'vitest'
import { ann, Office } from './office.js'
import { OfficeWindow } from './office-window.js'

const office = new Office()

const openHome = () =>
  OfficeWindow.open(office.browser, { baseUrl: office.baseUrl, path: '/', person: ann })

async function choose({ page }: OfficeWindow, name: string): Promise<void> {
  await page.getByRole('button', { name: /^New from a template/ }).click()
  await page
    .getByRole('dialog', { name: 'New from a template' })
    .getByRole('button', { name })
    .click()
}

describe('a document from a template', () => {
  it('[PE35] is an ordinary page with its title and content, which Home lists', async () => {
    await using window = await openHome()
    await choose(window, 'Project plan')
    await window.untilOpen()
    await expect.poll(() => window.title.inputValue()).toBe('Project plan')
    await window.text.getByRole('heading', { name: 'Milestones' }).waitFor()
    await window.text.getByRole('cell', { name: 'Release' }).waitFor()
    expect(window.page.url()).toMatch(/\/pages\/page-[\w-]{16}$/)
    await window.page.goto(office.baseUrl)
    await window.page.getByRole('link', { name: 'Project plan' }).waitFor()
    expect(window.complaints).toEqual([])
  })

  it('[PE35] is an ordinary sheet', async () => {
    await using window = await openHome()
    await choose(window, 'Budget')
    await window.page.waitForURL(/\/sheets\/sheet-[\w-]{16}$/)
    await window.page.locator('main[aria-busy="false"]').waitFor()
    await expect.poll(() => window.title.inputValue()).toBe('Budget')
    await window.page.getByText('Budget', { exact: true }).first().waitFor()
    expect(window.complaints).toEqual([])
  })

  it('[PE36] is not opened if it can’t be stored, and can be chosen again', async () => {
    await using window = await openHome()
    const { page } = window
    await page.getByRole('button', { name: /^New from a template/ }).click()
    await page.route('**/document**', (route) =>
      route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{}' }),
    )
    const dialog = page.getByRole('dialog', { name: 'New from a template' })
    await dialog.getByRole('button', { name: 'Weekly report' }).click()
    await expect.poll(() => dialog.getByRole('status').textContent()).toContain('couldn’t be made')
    expect(new URL(page.url()).pathname).toBe('/')
    await page.unroute('**/document**')
    await dialog.getByRole('button', { name: 'Weekly report' }).click()
    await window.untilOpen()
    await expect.poll(() => window.title.inputValue()).toBe('Weekly report')
  })
})
