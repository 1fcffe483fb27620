import { createApp } from 'vue'
import Sheet from './Sheet.vue'

createApp(Sheet).mount('#root')
